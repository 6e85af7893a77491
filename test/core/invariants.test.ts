// Owns what must hold of a task whatever happens to it, in whatever order (L1, L2, L7, L10).
import { expect, it } from "vitest";
import { hasEnded, TASK_STATUSES } from "../../contract/status.ts";
import type { Decision } from "../../core/decide.ts";
import { decide } from "../../core/decide.ts";
import { digestOf } from "../../core/digest.ts";
import { chainProblem } from "../../core/log.ts";
import { reduce } from "../../core/reduce.ts";
import type { OpenOperation, TaskHead } from "../../core/task-head.ts";
import { verbOf } from "../../core/tool-verb.ts";
import { newHead } from "../../core/transition/message.ts";
import type { CoreTask } from "./core-task.ts";
import { agentWith, asksFor, call, NEW_TASK, startedTask, tool } from "./core-task.ts";
import { effectInputs } from "./effect-inputs.ts";
import type { Problem, Watch } from "./find-story.ts";
import { findStory } from "./find-story.ts";
import { opened, tell } from "./notices.ts";

const HEAD_BYTES = 64 * 1024;

/** Of a task of any kind, and of one that is about effects. */
const story = (watch: Watch): string | undefined =>
  findStory(watch) ?? findStory(watch, effectInputs);

it("keeps one sound chain without gaps, in time's order", () => {
  const end = ({ head, log }: CoreTask): Problem => {
    if (log.some((event, seq) => event.seq !== seq)) return "a position is wrong";
    if (log.some((event, seq) => event.at < (log[seq - 1]?.at ?? 0))) return "time goes back";
    if (head.nextSeq !== log.length || head.hash !== log.at(-1)?.hash) return "the end is wrong";
    return chainProblem(log)?.problem;
  };
  expect(story({ end })).toBeUndefined();
});

/** What the log says of a task: without `segment`, `listeners` and the mark `issued`. */
function fromLog(head: TaskHead): string {
  const unissued = ({ state, ...rest }: OpenOperation) => {
    return { ...rest, state: state === "issued" ? "ready" : state };
  };
  const operations = head.operations.map(unissued);
  return digestOf({ ...head, operations, segment: 0, listeners: [] });
}

it("has a head that its log alone makes", () => {
  const end = ({ head, log }: CoreTask): Problem =>
    fromLog(log.reduce(reduce, newHead(NEW_TASK))) !== fromLog(head) && "the fold differs";
  expect(story({ end })).toBeUndefined();
});

it("gives an operation one known outcome, and at most one doubt before it", () => {
  const end = (task: CoreTask): Problem => {
    const returns = task.all("tool.returned").map(({ data }) => data);
    for (const { operationId, outcome } of returns) {
      const others = returns.filter((each) => each.operationId === operationId);
      if (others.filter((each) => each.outcome === outcome).length > 1) return outcome;
      if (others.some((each) => each.outcome !== outcome && each.outcome !== "unknown"))
        if (outcome !== "unknown") return `${outcome} and another`;
    }
    return undefined;
  };
  expect(story({ end })).toBeUndefined();
});

it("makes each attempt once, with a reason", () => {
  const end = (task: CoreTask): Problem => {
    const repeats = task.all("call.repeated");
    if (repeats.some(({ reason }) => reason === undefined || reason === "")) return "no reason";
    const ids = new Set(repeats.map(({ data }) => data.operationId));
    return ids.size < repeats.length && "an attempt was made twice";
  };
  expect(story({ end })).toBeUndefined();
});

it("calls the model only when no operation is open", () => {
  const decision = (head: TaskHead, made: Decision): Problem =>
    made.do === "call-model" && head.operations.length > 0 && "a call has no outcome yet";
  expect(story({ decision })).toBeUndefined();
});

it("never issues an operation whose outcome is unknown, nor one that waits for a person", () => {
  const decision = (_: TaskHead, made: Decision): Problem => {
    if (made.do !== "call-tools" && made.do !== "settle-tools") return undefined;
    const executed = made.operations.filter((each) => verbOf(each) === "execute");
    const states = executed.map((each) => each.state);
    return states.some((state) => state !== "ready" && state !== "issued") && states.join();
  };
  expect(story({ decision })).toBeUndefined();
});

it("stays ended, and does nothing more", () => {
  const end = ({ head, log, agent }: CoreTask): Problem => {
    let before = newHead(NEW_TASK);
    for (const event of log) {
      const after = reduce(before, event);
      if (hasEnded(before.status) && event.type !== "message.refused") return event.type;
      if (hasEnded(before.status) && after.status !== before.status) return after.status;
      before = after;
    }
    const next = decide(head, agent, { steps: 0, bytes: 0 }).do;
    return hasEnded(head.status) && next !== "end" && `it would ${next}`;
  };
  expect(story({ end })).toBeUndefined();
});

it("starts no call and asks no model once it is to be cancelled", () => {
  const end = ({ log }: CoreTask): Problem => {
    const from = log.findIndex((event) => event.type === "cancel.requested");
    const after = from === -1 ? [] : log.slice(from).map((event) => event.type);
    return after.find((type) => type.startsWith("model.") || type === "call.repeated");
  };
  const decision = (head: TaskHead, made: Decision): Problem =>
    head.cancelling && made.do.startsWith("call-") && made.do;
  expect(story({ end, decision })).toBeUndefined();
});

it("has a status of the list, which is `cancelling` until it is cancelled", () => {
  const rest = ({ status, cancelling }: TaskHead): Problem => {
    if (!TASK_STATUSES.includes(status)) return `there is no status ${status}`;
    return cancelling && status !== "cancelling" && `${status} while it is being cancelled`;
  };
  expect(story({ rest })).toBeUndefined();
});

it("keeps its open operations apart", () => {
  const rest = ({ operations }: TaskHead): Problem => {
    const ids = new Set(operations.map((each) => each.operationId));
    return ids.size < operations.length && "two open operations have one id";
  };
  expect(story({ rest })).toBeUndefined();
});

/** By what a task whose turn is open goes on when no segment is on its way. */
function movesBy({ operations, park, status }: TaskHead): Problem {
  const states = new Set(operations.map((each) => each.state));
  // An operator is told why, and `recover` is the way on.
  if (status === "needs-operator") return undefined;
  if (states.has("ready") || states.has("issued") || states.has("proposing"))
    return park.wakeAt === undefined && "calls are open, and no timer looks after them";
  if (states.has("blocked") && park.wakeAt === undefined) return "blocked, and never tried again";
  if (states.has("unknown"))
    return status !== "waiting-reconcile" && `${status} with an unknown effect`;
  if (states.has("blocked"))
    return status !== "waiting-auth" && status !== "paused" && `${status} while blocked`;
  if (states.has("approval-open"))
    return status !== "waiting-approval" && `${status} with an approval open`;
  const opening = states.has("approval-requested");
  return !opening && park.wakeAt === undefined && `${status}, and nothing moves it`;
}

it("is always moved by something while a turn is open, and says by what", () => {
  const rest = (head: TaskHead, { agent }: CoreTask): Problem => {
    const undoing = head.cancelling || head.compensation !== undefined;
    if (undoing) return !head.segment.queued && head.park.wakeAt === undefined && "stuck undoing";
    if (!head.turn.open || hasEnded(head.status)) return undefined;
    if (!head.segment.queued) return movesBy(head);
    const next = decide(head, agent, { steps: 0, bytes: 0 }).do;
    const woken = head.operations.length > 0;
    return next === "end" && !woken && "a segment is queued that has nothing to do";
  };
  expect(story({ rest })).toBeUndefined();
});

it("has a head of bounded size, whatever happens", () => {
  const rest = (head: TaskHead): Problem => {
    const { length } = JSON.stringify(head);
    return length > HEAD_BYTES && `the head has ${length} bytes`;
  };
  expect(story({ rest })).toBeUndefined();
});

it("has a head below 64 KiB with 64 proposals of the longest tool name open", () => {
  const tools = [tool("t".repeat(64), "financial")];
  const task = startedTask(agentWith({}, false, tools));
  const asked = Array.from({ length: 64 }, (_, n) =>
    call(`call_${n}`.padEnd(40, "x"), "t".repeat(64), n, tools),
  );
  task.hear(asksFor(...asked));
  for (const operation of task.head.operations)
    tell(task, operation, opened(operation, `sign_${"y".repeat(50)}`));
  expect(task.head.operations).toHaveLength(64);
  expect(JSON.stringify(task.head).length).toBeLessThan(HEAD_BYTES);
});
