// Owns the smallest shell that feeds a task what happens to it, as objects/agent does: it decides
// when a segment is due, performs what core/ decides, and looks after each decision and each
// input whether the promises hold that no single log can show.
import { decide } from "../../core/decide.ts";
import type { Decision } from "../../core/decide.ts";
import { toolOf } from "../../core/doubt.ts";
import { parkForTools, waitForProvider } from "../../core/park.ts";
import { isSegmentDue, isStaleSegment } from "../../core/segment-due.ts";
import type { OpenOperation, TaskHead } from "../../core/task-head.ts";
import { markIssued } from "../../core/task-head.ts";
import { onCancel, onRecover, onTimer, onToolDone } from "../../core/transition/control.ts";
import { DEFAULT_RULE } from "../../core/approval/rule.ts";
import { onRollback } from "../../core/transition/compensation.ts";
import { releaseAnswer, requestReview } from "../../core/transition/review.ts";
import { onStartChildren } from "../../core/transition/child.ts";
import { onRetry } from "../../core/transition/retry.ts";
import { onTakeQueued } from "../../core/transition/message.ts";
import { onStated, statementProblem } from "../../core/transition/unknown-effect.ts";
import { control } from "./control-task.ts";
import type { CoreTask } from "./core-task.ts";
import type { Input, Reply, Verdict } from "./inputs.ts";
import { decided, edited, opened, tell } from "./notices.ts";
import { takeIn } from "./take-in.ts";

export interface ShellWatch {
  onDecision(head: TaskHead, decision: Decision): void;
  /** After each input, when no segment is running. */
  onRest(head: TaskHead): void;
}

type StepEnd = "go-on" | "yield" | "end";
/** One that records again and again would never end. */
const MAX_RECORDS = 6;

/** Feeds one input; the task is left as its storage would be between two handlers. */
export function feed(task: CoreTask, input: Input, watch: ShellWatch): void {
  task.now += 10;
  if (input.do === "work") {
    if (task.head.segment.queued && !isStaleSegment(task.head, task.head.segment.number + 1))
      runSegment(task, input.replies, input.lost, watch);
  } else {
    command(task, input);
    closeHandler(task);
  }
  if (!task.head.segment.open) watch.onRest(task.head);
}

/** Sends the first segment of a task that was just started. */
export function closeHandler(task: CoreTask): void {
  if (task.head.segment.open) recover(task, false);
  if (isSegmentDue(task.head)) mark(task, { queued: true });
}

type Command = Exclude<Input, { do: "work" }>;

function command(task: CoreTask, input: Command): void {
  const { head } = task;
  switch (input.do) {
    case "message":
      return task.say(`And then, after ${head.nextSeq} entries?`, input.mode);
    case "control":
      return control(task, input.verb, input.pick);
    case "cancel":
      return task.record(onCancel(head, "ann", "not needed", input.compensate));
    case "rollback":
      return task.record(onRollback(head, "ann", "all wrong"));
    case "wait":
      task.now += input.ms;
      return undefined;
    case "settle":
      return withOperation(head.operations, input.pick, (each) =>
        stateOutcome(task, each, input.outcome),
      );
    case "retry":
      return retry(task, input.pick);
    case "recover":
      return recover(task, input.park);
    case "timer":
      // It fires at its time, or it is one of an earlier park.
      if (!input.late) task.now = Math.max(task.now, head.park.wakeAt ?? 0);
      return task.record(onTimer(head, head.park.number - (input.late ? 1 : 0)));
    case "tool-done":
      return withOperation(head.operations, input.pick, (each) =>
        task.record(onToolDone(head, each.operationId)),
      );
    case "open-approval":
      return withOperation(inState(head, "approval-requested"), input.pick, (each) =>
        tell(task, each, opened(each, `sign-${head.nextSeq}`)),
      );
    case "settle-approval":
      return withOperation(inState(head, "approval-open"), input.pick, (each) =>
        settle(task, each, input.verdict),
      );
  }
}

function stateOutcome(
  task: CoreTask,
  operation: OpenOperation,
  outcome: "applied" | "not-applied",
): void {
  const { operationId } = operation;
  const statement = { operationId, outcome, reason: "I looked", by: "bob" };
  if (task.head.cancelling || statementProblem(task.head, statement) !== undefined) return;
  task.record(onStated(task.head, statement, toolOf(task.agent, operation), task.now));
}

function retry(task: CoreTask, pick: number | undefined): void {
  const { operations } = task.head;
  const picked = pick === undefined ? undefined : operations[pick % operations.length];
  const one = picked === undefined ? {} : { operationId: picked.operationId };
  task.record(onRetry(task.head, task.agent, { ...one, by: "bob" }));
}

function inState(head: TaskHead, state: OpenOperation["state"]): readonly OpenOperation[] {
  return head.operations.filter((each) => each.state === state);
}

function withOperation(
  operations: readonly OpenOperation[],
  pick: number,
  act: (operation: OpenOperation) => void,
): void {
  const picked = operations[pick % operations.length];
  if (picked !== undefined) act(picked);
}

function settle(task: CoreTask, operation: OpenOperation, verdict: Verdict): void {
  const { approval } = operation;
  const spent = approval?.awakeableId === undefined ? {} : { awakeableId: approval.awakeableId };
  switch (verdict) {
    case "approve":
      return tell(task, operation, decided(operation, "approve", { by: "bob" }));
    case "reject":
      return tell(task, operation, decided(operation, "reject", { message: "Too much." }));
    case "edit": {
      const edit = edited(task.head, operation, { n: task.head.nextSeq });
      const { digest } = edit;
      return tell(task, operation, { ...decided(operation, "approve"), digest, edited: edit });
    }
    case "other-call":
      return tell(task, operation, decided(operation, "approve", { digest: "f".repeat(64) }));
    case "another-request":
      return tell(task, operation, decided(operation, "approve"), { approvalId: "f".repeat(64) });
    case "garbage":
      return tell(task, operation, { type: "mismatch", reason: "it is not JSON", ...spent });
    case "refused":
      return tell(task, operation, { type: "refused", decision: "approve", reason: "policy" });
    case "expired":
      return tell(task, operation, { type: "expired" });
    case "stale":
      return tell(task, operation, { type: "stale", changes: [] });
  }
}

function recover(task: CoreTask, park: boolean): void {
  task.record(onRecover(task.head, "the worker died", park));
  mark(task, { open: false, queued: false });
}

function mark(task: CoreTask, change: Partial<TaskHead["segment"]>): void {
  task.head = { ...task.head, segment: { ...task.head.segment, ...change } };
}

interface Running {
  readonly task: CoreTask;
  readonly watch: ShellWatch;
  steps: number;
  waitedMs: number;
}

/** A segment that is lost stays open; one that has no reply left yields to a command. */
function runSegment(
  task: CoreTask,
  replies: readonly Reply[],
  lost: boolean,
  watch: ShellWatch,
): void {
  const segment = task.head.segment.number + 1;
  mark(task, { number: segment, open: true, queued: false });
  const place = { invocationId: `inv-${segment}`, manifest: "0".repeat(64) };
  const data = { segment, agentVersion: task.agent.version, ...place };
  task.record([{ type: "segment.started", data }]);
  const running: Running = { task, watch, steps: 0, waitedMs: 0 };
  let end: StepEnd = "go-on";
  for (const reply of replies) {
    end = advance(running, reply);
    if (end !== "go-on") break;
  }
  // What follows from an outcome is written along with it, so neither is lost alone.
  if (end === "go-on" && nextDecision(running).do === "end") end = "end";
  if (lost) return;
  mark(task, { open: false });
  const hasWork = decide(task.head, task.agent, { steps: 0, bytes: 0 }).do !== "end";
  if (end !== "end" && hasWork) mark(task, { queued: true });
}

function advance(running: Running, reply: Reply): StepEnd {
  const { task } = running;
  const decision = nextDecision(running);
  switch (decision.do) {
    case "call-model":
      return callModel(running, reply.model);
    case "call-tools":
      return callTools(task, decision.operations, reply.tools);
    case "settle-tools":
      for (const each of decision.operations) takeIn(task, each, reply.tools[each.ordinal]);
      return "go-on";
    case "take-queued": {
      // Numbers are used again once the queue was empty.
      const kept = task.all("message.queued").findLast(({ data }) => data.n === decision.n);
      if (kept === undefined) throw new Error(`there is no kept message ${decision.n}`);
      task.record(onTakeQueued(task.head, kept));
      return "go-on";
    }
    case "start-children":
      task.record(onStartChildren(task.head, task.agent, decision.operations));
      return "go-on";
    case "request-review": {
      const { review } = decision;
      const sources = { agentVersion: task.agent.version, event: task.log[review.answerSeq] };
      const terms = { policyVersion: "", rule: DEFAULT_RULE };
      task.record(requestReview(task.head, review, { ...sources, terms, at: task.now }));
      return "go-on";
    }
    case "release-answer":
      task.record(releaseAnswer(task.head, task.agent, task.log[decision.seq]));
      return "go-on";
    case "compensate":
      task.undo(decision.effect, reply.undo);
      return "go-on";
    case "yield":
    case "end":
      return decision.do;
  }
}

/** What is to be performed, once all is recorded that needs nobody. */
function nextDecision({ task, watch, steps }: Running): Exclude<Decision, { do: "record" }> {
  for (let records = 0; records < MAX_RECORDS; records += 1) {
    const decision = decide(task.head, task.agent, { steps, bytes: 0 });
    watch.onDecision(task.head, decision);
    if (decision.do !== "record") return decision;
    task.record(decision.events);
  }
  throw new Error(`decide records without an end while the task is ${task.head.status}`);
}

function callModel(running: Running, outcome: Reply["model"]): StepEnd {
  const { task, waitedMs } = running;
  if (outcome === "aborted") {
    task.record([{ type: "model.aborted", data: { step: task.head.step + 1 } }]);
    return "yield";
  }
  task.hear(outcome);
  if (outcome.kind === "answered") running.steps += 1;
  if (outcome.kind === "answered" || outcome.kind === "terminal") return "go-on";
  const waited = { ms: waitedMs, now: task.now };
  const wait = waitForProvider(task.head, task.agent.limits, outcome, waited);
  if ("park" in wait) {
    task.record([wait.park]);
    return "end";
  }
  running.waitedMs += wait.sleepMs;
  return "go-on";
}

function callTools(
  task: CoreTask,
  operations: readonly OpenOperation[],
  returning: Reply["tools"],
): StepEnd {
  task.head = markIssued(task.head, new Set(operations.map((each) => each.operationId)));
  const inFlight = new Map(operations.map((each) => [each.operationId, each]));
  for (const back of returning) {
    withOperation([...inFlight.values()], back.pick, (each) => {
      inFlight.delete(each.operationId);
      takeIn(task, each, back);
    });
  }
  if (inFlight.size === 0) return "go-on";
  const lookAt = task.now + 120_000;
  task.record([parkForTools(task.head, task.agent, [...inFlight.values()], lookAt)]);
  return "end";
}
