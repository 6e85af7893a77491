// Owns what must hold of a task whatever happens to it, in whatever order (L1, L2, L7, L10).
import fc from "fast-check";
import { expect, it } from "vitest";
import { hasEnded, TASK_STATUSES } from "../../contract/status.ts";
import type { Decision } from "../../core/decide.ts";
import { decide } from "../../core/decide.ts";
import { digestOf } from "../../core/digest.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";
import { chainProblem } from "../../core/log.ts";
import { reduce } from "../../core/reduce.ts";
import type { OpenOperation, TaskHead } from "../../core/task-head.ts";
import { newHead } from "../../core/transition/message.ts";
import type { CoreTask } from "./core-task.ts";
import { agentWith, asksFor, call, NEW_TASK, startedTask, tool } from "./core-task.ts";
import { inputs } from "./inputs.ts";
import { closeHandler, feed } from "./reference-shell.ts";

const HEAD_BYTES = 64 * 1024;

const limits = fc.record({
  maxSteps: fc.constantFrom(3, 100),
  maxTurnMs: fc.constantFrom(60, 3_600_000, 3_600_000),
  maxSegmentSteps: fc.constantFrom(1, 32),
  maxProviderWaitMs: fc.constantFrom(1, 30_000),
});

/** What is wrong, in words; nothing where all is well. */
type Problem = string | false | undefined;
interface Watch {
  decision?(head: TaskHead, decision: Decision, task: CoreTask): Problem;
  /** After each input that leaves no segment running. */
  rest?(head: TaskHead, task: CoreTask): Problem;
  /** After all inputs. */
  end?(task: CoreTask): Problem;
}

/** The smallest story found in which something is wrong, or undefined when none was found. */
function findStory(watch: Watch): string | undefined {
  const complain = (problem: Problem): void => {
    if (typeof problem === "string") throw new Error(problem);
  };
  const property = fc.property(limits, fc.boolean(), inputs, (bounds, oneShot, sequence) => {
    const task = startedTask(agentWith(bounds, oneShot));
    closeHandler(task);
    const shell = {
      onDecision: (head: TaskHead, made: Decision) => complain(watch.decision?.(head, made, task)),
      onRest: (head: TaskHead) => complain(watch.rest?.(head, task)),
    };
    for (const input of sequence) feed(task, input, shell);
    complain(watch.end?.(task));
  });
  const found = fc.check(property, { numRuns: 600 });
  if (!found.failed) return undefined;
  return `${String(found.errorInstance)}\n${fc.defaultReportMessage(found)}`;
}

it("keeps one sound chain without gaps, in time's order", () => {
  const end = ({ head, log }: CoreTask): Problem => {
    if (log.some((event, seq) => event.seq !== seq)) return "a position is wrong";
    if (log.some((event, seq) => event.at < (log[seq - 1]?.at ?? 0))) return "time goes back";
    if (head.nextSeq !== log.length || head.hash !== log.at(-1)?.hash) return "the end is wrong";
    return chainProblem(log)?.problem;
  };
  expect(findStory({ end })).toBeUndefined();
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
  expect(findStory({ end })).toBeUndefined();
});

it("gives an operation one outcome, known or not", () => {
  const end = (task: CoreTask): Problem => {
    const ids = task.all("tool.returned").map(({ data }) => data.operationId);
    return new Set(ids).size < ids.length && "an operation returned twice";
  };
  expect(findStory({ end })).toBeUndefined();
});

it("repeats only what may be repeated, as a new attempt", () => {
  const end = (task: CoreTask): Problem => {
    const repeats = task.all("call.repeated").map(({ data }) => data);
    if (repeats.some(({ effect }) => !EFFECT_POLICY[effect].repeatable)) return "unsafe repeat";
    const ids = new Set(repeats.map((each) => each.operationId));
    return ids.size < repeats.length && "an attempt was made twice";
  };
  expect(findStory({ end })).toBeUndefined();
});

/** `peek` asks for an approval itself, `pay` by its class. The first attempt is what was shown. */
function isApproved(task: CoreTask, { operationId, attempt, tool: name }: OpenOperation): boolean {
  if ((name !== "pay" && name !== "peek") || attempt > 1) return true;
  const of = ({ data }: { data: { operationId: string } }) => data.operationId === operationId;
  const asked = task.all("approval.requested").find(of)?.data.digest;
  const [decided, ...more] = task.all("approval.decided").filter(of);
  const { decision, digest } = decided?.data ?? {};
  return decision === "approve" && digest === asked && more.length === 0;
}

it("issues what needs an approval only after one, for its own digest", () => {
  const decision = (_: TaskHead, made: Decision, task: CoreTask): Problem => {
    if (made.do !== "call-tools") return undefined;
    return made.operations.some((each) => !isApproved(task, each)) && "nobody approved a call";
  };
  expect(findStory({ decision })).toBeUndefined();
});

it("calls the model only when no operation is open", () => {
  const decision = (head: TaskHead, made: Decision): Problem =>
    made.do === "call-model" && head.operations.length > 0 && "a call has no outcome yet";
  expect(findStory({ decision })).toBeUndefined();
});

it("never issues an operation whose outcome is unknown, nor one that waits for a person", () => {
  const decision = (_: TaskHead, made: Decision): Problem => {
    if (made.do !== "call-tools" && made.do !== "cancel-tools") return undefined;
    const states = made.operations.map((each) => each.state);
    return states.some((state) => state !== "ready" && state !== "issued") && states.join();
  };
  expect(findStory({ decision })).toBeUndefined();
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
  expect(findStory({ end })).toBeUndefined();
});

it("starts no call and asks no model once it is to be cancelled", () => {
  const end = ({ log }: CoreTask): Problem => {
    const from = log.findIndex((event) => event.type === "cancel.requested");
    const after = from === -1 ? [] : log.slice(from).map((event) => event.type);
    return after.find((type) => type.startsWith("model.") || type === "call.repeated");
  };
  const decision = (head: TaskHead, made: Decision): Problem =>
    head.cancelling && made.do.startsWith("call-") && made.do;
  expect(findStory({ end, decision })).toBeUndefined();
});

it("has a status of the list, which is `cancelling` until it is cancelled", () => {
  const rest = ({ status, cancelling }: TaskHead): Problem => {
    if (!TASK_STATUSES.includes(status)) return `there is no status ${status}`;
    return cancelling && status !== "cancelling" && `${status} while it is being cancelled`;
  };
  expect(findStory({ rest })).toBeUndefined();
});

it("keeps its open operations apart", () => {
  const rest = ({ operations }: TaskHead): Problem => {
    const ids = new Set(operations.map((each) => each.operationId));
    return ids.size < operations.length && "two open operations have one id";
  };
  expect(findStory({ rest })).toBeUndefined();
});

/** By what a task whose turn is open goes on when no segment is on its way. */
function movesBy({ operations, park, status }: TaskHead): Problem {
  const states = new Set(operations.map((each) => each.state));
  // An operator is told why, and `recover` is the way on.
  if (status === "needs-operator") return undefined;
  if (states.has("ready") || states.has("issued"))
    return park.wakeAt === undefined && "calls are open, and no timer looks after them";
  if (states.has("unknown"))
    return status !== "waiting-reconcile" && `${status} with an unknown effect`;
  if (states.has("approval-open"))
    return status !== "waiting-approval" && `${status} with an approval open`;
  const opening = states.has("approval-requested");
  return !opening && park.wakeAt === undefined && `${status}, and nothing moves it`;
}

it("is always moved by something while a turn is open, and says by what", () => {
  const rest = (head: TaskHead, { agent }: CoreTask): Problem => {
    if (!head.turn.open || hasEnded(head.status)) return undefined;
    if (!head.segment.queued) return movesBy(head);
    const next = decide(head, agent, { steps: 0, bytes: 0 }).do;
    const woken = head.operations.length > 0;
    return next === "end" && !woken && "a segment is queued that has nothing to do";
  };
  expect(findStory({ rest })).toBeUndefined();
});

it("has a head of bounded size, whatever happens", () => {
  const rest = (head: TaskHead): Problem => {
    const { length } = JSON.stringify(head);
    return length > HEAD_BYTES && `the head has ${length} bytes`;
  };
  expect(findStory({ rest })).toBeUndefined();
});

it("has a head below 64 KiB with 64 proposals of the longest tool name open", () => {
  const tools = [tool("t".repeat(64), "financial")];
  const task = startedTask(agentWith({}, false, tools));
  const asked = Array.from({ length: 64 }, (_, n) =>
    call(`call_${n}`.padEnd(40, "x"), "t".repeat(64), n, tools),
  );
  task.hear(asksFor(...asked));
  for (const { operationId } of task.head.operations) {
    const awakeableId = `sign_${"y".repeat(50)}`;
    task.record([{ type: "approval.opened", data: { operationId, awakeableId } }]);
  }
  expect(task.head.operations).toHaveLength(64);
  expect(JSON.stringify(task.head).length).toBeLessThan(HEAD_BYTES);
});
