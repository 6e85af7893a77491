// Owns histories that are legal, made without a server: the expedition in memory, in virtual time, with
// all its people, witnessed. What a mutation then makes of one is wrong on purpose.
import { sha256 } from "../../../core/digest.ts";
import { defineBudgets } from "../../../index.ts";
import type { History, InMemoryTask } from "../../../testing/index.ts";
import { recordHistory, runInMemory, scriptedModel } from "../../../testing/index.ts";
import { drive, type Trip } from "../../faults/support/drive.ts";
import { expedition, GUIDE_SCRIPT, LEADER } from "../../faults/support/expedition.ts";

const BUDGETS = defineBudgets({
  levels: { task: {}, tenant: { limit: { steps: 1_000, toolCalls: 1_000 } } },
  desks: 1,
});
const TENANT_BUDGET = "tenant/default";
const FOR_LONG_MS = 10 * 60_000;

export async function memoryHistory(trip: Trip): Promise<History> {
  const keys = new Set<string>();
  let calls = 0;
  const { leader, porter } = expedition({
    act: async ({ tool, key, input, honoured, undo = false }, { beginEffect }) => {
      await beginEffect();
      const repeated = honoured && keys.has(key);
      keys.add(key);
      recorder.arrived({ tool, key, input, undo, repeated });
    },
    has: async (key) => keys.has(key),
  });
  const task: InMemoryTask = runInMemory({
    agent: leader,
    children: [porter],
    providers: { guide: scriptedModel(GUIDE_SCRIPT) },
    taskId: trip.taskId,
    budgets: BUDGETS,
  });
  const recorder = recordHistory({
    agents: [leader, porter],
    connect: (agent, taskId) => (taskId === trip.taskId ? task : task.child(agent, taskId)),
    // Virtual time stands still while anything happens; what happens later is later all the same.
    now: () => task.clock.now() + (calls += 1) / 1_000,
  });
  await drive(recorder.task(LEADER, trip.taskId), trip, {
    has: (operationId) => keys.has(sha256(operationId)),
    child: recorder.task,
    pause: async () => {
      await task.clock.advance(50);
      recorder.sawBudget(await task.budgets.show(TENANT_BUDGET));
    },
    now: task.clock.now,
    insist: (call) => call(),
    deadline: task.clock.now() + FOR_LONG_MS,
  });
  await recorder.task(LEADER, trip.taskId).events();
  recorder.sawBudget(await task.budgets.show(TENANT_BUDGET));
  return recorder.history();
}
