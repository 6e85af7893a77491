// Owns what must hold of every story's task, whatever happened to it: read from its log and its
// head when the story is over, and once more when everybody has been kind to it.
import { hasEnded } from "../../contract/status.ts";
import { isLegal } from "../../core/control/transitions.ts";
import { chainProblem } from "../../core/log.ts";
import { reduce } from "../../core/reduce.ts";
import { newHead } from "../../core/transition/message.ts";
import { agree } from "./reference.ts";
import type { Reference } from "./reference.ts";
import type { Move, StoryTask } from "./story-task.ts";

/** Throws an Error that says which promise was broken. */
export async function expectPromises(reference: Reference, task: StoryTask): Promise<void> {
  await task.close();
  agree(reference, task);
  await expectRecord(task);
  await bringToRest(reference, task);
  agree(reference, task);
  await expectRecord(task);
}

async function expectRecord(task: StoryTask): Promise<void> {
  const problems = [
    chainProblem(task.log())?.problem,
    statusProblem(task),
    await task.difference(),
    ...task.twice().map((each) => `made twice: ${each}`),
    ...(hasEnded(task.head().status) ? await task.leftovers() : []),
  ];
  const problem = problems.find((each) => each !== undefined);
  if (problem !== undefined) throw new Error(`it is ${task.head().status}: ${problem}`);
}

/** Each change of the status is in the table, and nothing comes after an end. */
function statusProblem(task: StoryTask): string | undefined {
  const { taskUid, taskId, agent, agentVersion, inputDigest } = task.head();
  const at = task.log()[0]?.at ?? 0;
  let before = newHead({ taskUid, taskId, agent, agentVersion, inputDigest, at });
  for (const event of task.log()) {
    const after = reduce(before, event);
    const { status } = before;
    if (!isLegal(status, event.type, after.status))
      return `${event.type} from ${status} to ${after.status}`;
    if (hasEnded(status) && event.type !== "message.refused") return `${event.type} after the end`;
    before = after;
  }
  return undefined;
}

const KIND: Move = {
  model: "says",
  tools: [{ pick: 0, wish: "ok", found: "applied" }],
  undo: "undone",
};
const ROUNDS = 60;

/** Nothing is stuck: once people, models and tools are kind and time passes, the task rests. */
async function bringToRest(reference: Reference, task: StoryTask): Promise<void> {
  if (reference.hold !== undefined) {
    await task.control("resume", 0);
    reference.hold = undefined;
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    const { status, queue, operations } = task.head();
    const rests = (status === "idle" || status === "failed") && queue === undefined;
    if (rests || hasEnded(status)) {
      if (operations.length > 0) throw new Error(`it is ${status} with operations open`);
      return;
    }
    await task.work(
      Array.from({ length: 8 }, () => KIND),
      false,
    );
    await task.decide(round, "approve");
    await task.endWait(round, "answer");
    await task.settle(round, "applied");
    await task.pass(120_000);
  }
  throw new Error(`stuck: ${JSON.stringify(task.head())}`);
}
