// Owns how a test erases a task in memory, with the checks of objects/agent/erase.ts and what
// services/control/erase-task.ts does elsewhere.
import { randomUUID } from "node:crypto";
import type { ArtifactStore } from "../../contract/artifact.ts";
import { eraseInputSchema, preserveInputSchema } from "../../contract/erasure.ts";
import { eraseProblem, onErase, onPreserve, referredTo } from "../../core/erasure/scrub.ts";
import { eraseContent } from "../../core/log.ts";
import type { TaskClient } from "../task-client.ts";
import { taskProblem } from "../task-problem.ts";
import { checkInput } from "./check-call.ts";
import { command } from "./memory-commands.ts";
import type { MemoryTask } from "./memory-task.ts";
import type { VirtualClock } from "./virtual-clock.ts";

const OF_CONTROL = { agent: true, taskId: true } as const;
const eraseSchema = eraseInputSchema.omit(OF_CONTROL);
const preserveSchema = preserveInputSchema.omit(OF_CONTROL);

interface ErasePlace {
  readonly clock: VirtualClock;
  readonly artifacts: ArtifactStore;
}

export function createEraseClient(
  place: ErasePlace,
  task: () => MemoryTask,
): Pick<TaskClient, "erase" | "preserve"> {
  const { clock } = place;
  return {
    erase: async (input) => {
      checkInput(eraseSchema, input);
      await clock.settled();
      return erase(place, task(), input);
    },
    preserve: async (input) => {
      checkInput(preserveSchema, input);
      await clock.settled();
      const kept = task();
      command(kept, "yield", () => onPreserve(kept.head, { type: "preserve", ...input }));
      await clock.settled();
      return { taskUid: kept.head.taskUid, preserved: input.preserved };
    },
  };
}

async function erase(
  { artifacts }: ErasePlace,
  erasing: MemoryTask,
  input: Parameters<TaskClient["erase"]>[0],
): ReturnType<TaskClient["erase"]> {
  const { head, log } = erasing;
  const refusal = eraseProblem(head);
  if (refusal !== undefined) throw taskProblem(refusal.code, refusal.message);
  const { taskUid, tenant } = head;
  if (head.erased === undefined) {
    erasing.record(onErase({ type: "erase", ...input }));
    erasing.head = { ...erasing.head, salt: randomUUID() };
  }
  const entries = erasing.head.erased?.seq ?? 0;
  const found = referredTo(log.slice(0, entries));
  log.splice(0, entries, ...log.slice(0, entries).map(eraseContent));
  let removed = 0;
  for (const digest of input.artifacts === "remove" ? found.artifacts : [])
    if (await artifacts.ofTenant(tenant).remove(digest)) removed += 1;
  const { approvals, children } = found;
  const forgotten = { artifacts: removed, approvals: approvals.length, children };
  return { taskUid, result: "erased", entries, ...forgotten };
}
