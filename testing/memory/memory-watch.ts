// Owns how a test asks a task in memory why it does not move, and has it look whether it is stuck, as
// objects/agent/public/explain.ts and flag.ts do.
import { STUCK_BOUNDS } from "../../contract/watch.ts";
import { explain } from "../../core/explain/explain.ts";
import { flagOf, onFlag } from "../../core/watch/stuck.ts";
import type { TaskClient } from "../task-client.ts";
import { command } from "./memory-commands.ts";
import type { MemoryTask } from "./memory-task.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export function createWatchClient(
  clock: VirtualClock,
  task: () => MemoryTask,
): Pick<TaskClient, "explain" | "flag"> {
  return {
    explain: async () => {
      const { head, agent, log } = task();
      return explain(head, { agent, eventAt: (seq) => log[seq] });
    },
    flag: async (given = {}) => {
      await clock.settled();
      const watched = task();
      const bounds = { ...STUCK_BOUNDS, ...given };
      const { head, agent } = watched;
      const flagging = flagOf(head, agent, bounds, clock.now());
      if (flagging === undefined) return { result: "nothing" };
      command(watched, "yield", () => onFlag(watched.head, flagging.command, clock.now()));
      await clock.settled();
      return { result: "accepted" };
    },
  };
}
