// Owns the scenarios of erasing a task that are run in memory and on a server, to see that both leave
// the same task log (L2).
import { expect } from "vitest";
import { z } from "zod";
import { defineAgent, defineTool } from "../../index.ts";
import type { Scenario } from "./scenarios.ts";

const SECRET = "call me on 0171-5550199";
const SAID = { reason: "asked for by the person", by: "dpo" };

const write = defineTool({
  name: "write-erased",
  description: "Writes a letter.",
  input: z.object({ text: z.string() }),
  output: z.string(),
  effect: "communication",
  execute: ({ text }) => `wrote ${text}`,
});

export const ERASURE_SCENARIOS: readonly Scenario[] = [
  {
    name: "an end, after which all that was said and done is erased",
    agent: defineAgent({
      name: "erased",
      instructions: "Write.",
      model: { provider: "erased", model: "small" },
      tools: [write],
    }),
    script: [{ calls: [{ tool: "write-erased", arguments: { text: SECRET } }] }, SECRET],
    play: async (task) => {
      await task.start(`${SECRET} ${"x".repeat(40_000)}`, { owner: "ann" });
      await task.until("waiting-approval");
      const erase = () => task.erase({ ...SAID, artifacts: "remove" });
      await expect(erase()).rejects.toMatchObject({ code: "verb_not_allowed" });
      await task.decide({ decision: "approve", by: "ada", message: SECRET, via: "decide" });
      await task.until("idle");
      await task.control({ verb: "complete", ...SAID });
      await task.until("completed");
      for (const preserved of [true, true, false])
        await task.preserve({ reason: "a lawsuit", by: "counsel", preserved });
      await task.preserve({ reason: "another", by: "counsel", preserved: true });
      expect(await task.status()).toMatchObject({
        preserved: { by: "counsel", reason: "another" },
      });
      await expect(erase()).rejects.toMatchObject({ code: "task_preserved" });
      await task.preserve({ ...SAID, preserved: false });
      const { cursor, preserved } = await task.status();
      expect(preserved).toBeUndefined();
      const { taskUid, ...erased } = await erase();
      expect(erased).toEqual({
        result: "erased",
        entries: cursor + 1,
        artifacts: 1,
        approvals: 1,
        children: [],
      });
      const left = { status: await task.status(), log: await task.events() };
      expect(left.status).toMatchObject({ taskUid, erased: { entries: cursor + 1 } });
      expect(JSON.stringify(left)).not.toMatch(/0171|"ann"|"ada"/);
      expect(await erase()).toMatchObject({ entries: cursor + 1, artifacts: 0, approvals: 0 });
      await expect(task.send(SECRET)).rejects.toMatchObject({ code: "task_ended" });
    },
  },
];
