// Owns that supervision looks after every task, whatever is wrong with one of them: one that
// cannot be resumed or recovered costs nothing but itself (F24).
import { expect, it } from "vitest";
import { createLogger } from "../../services/log.ts";
import { startSupervisor } from "../../services/supervisor/supervisor.ts";

const AGENT = "clerk";

/** An engine with a paused command and a vanished segment of each of these tasks. */
function engineOf(taskIds: readonly string[], bad: string) {
  const refuseBad = (id: string): void => {
    if (id === bad) throw new Error("the ingress answered 500");
  };
  const query = async (sql: string) => {
    if (sql.includes("status = 'paused'")) {
      return taskIds.map((id) => ({
        id,
        target_service_name: AGENT,
        target_service_key: id,
        target_handler_name: "wake",
      }));
    }
    if (!sql.includes("FROM state")) return [];
    return taskIds.map((id) => ({ service_name: AGENT, service_key: id }));
  };
  const resumed: string[] = [];
  const recovered: string[] = [];
  const ports = {
    query,
    async resumeInvocation(id: string) {
      refuseBad(id);
      resumed.push(id);
    },
    killInvocation: async () => {},
    pauseInvocation: async () => {},
    async recover({ taskId }: { readonly taskId: string }) {
      refuseBad(taskId);
      recovered.push(taskId);
    },
  };
  return { ports, resumed, recovered };
}

it("F22 F24 a task that refuses to be looked after does not keep others waiting", async () => {
  const { ports, resumed, recovered } = engineOf(["before", "bad", "after"], "bad");
  const supervisor = startSupervisor({
    ports,
    logger: createLogger("silent"),
    agents: [AGENT],
    intervalMs: 3_600_000,
  });
  await supervisor.round();
  await supervisor.round();
  expect(resumed).toEqual(["before", "after", "before", "after"]);
  expect(recovered).toEqual(["before", "after"]);
  supervisor.stop();
});
