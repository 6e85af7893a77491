// Owns that the supervisor frees no task from a segment that only waits for a key.
import { describe, expect, it } from "vitest";
import { MISSING_KEY } from "../../contract/readable.ts";
import { createLogger } from "../../services/log.ts";
import { startSupervisor } from "../../services/supervisor/supervisor.ts";

describe("a paused segment", () => {
  const roundsWith = async (failure: string): Promise<readonly string[]> => {
    const acts: string[] = [];
    const supervisor = startSupervisor({
      agents: ["clerk"],
      logger: createLogger("silent"),
      intervalMs: 2 ** 30,
      ports: {
        async query(sql) {
          if (sql.includes("sys_journal_events")) return [{ event_json: failure }];
          if (sql.startsWith("SELECT 1")) return [{ found: 1 }];
          if (!sql.includes("'paused'")) return [];
          const target = { target_service_name: "clerk", target_handler_name: "run" };
          return [{ id: "inv_1", target_service_key: "t", ...target }];
        },
        resumeInvocation: async () => acts.push("resume"),
        killInvocation: async () => acts.push("kill"),
        pauseInvocation: async () => acts.push("pause"),
        recover: async () => void acts.push("recover"),
      },
    });
    for (let round = 0; round < 6; round += 1) await supervisor.round();
    supervisor.stop();
    return acts;
  };

  it("R44 F24 that lacks a key is resumed for as long as it takes", async () => {
    const acts = await roundsWith(`{"message":"${MISSING_KEY}: a value is encrypted"}`);
    expect(acts).toEqual(Array.from({ length: 6 }, () => "resume"));
  });

  it("F24 that fails for another reason is given up after three times", async () => {
    const acts = await roundsWith('{"message":"a bug"}');
    expect(acts.slice(0, 5)).toEqual(["resume", "resume", "resume", "recover", "kill"]);
  });
});
