// Owns the smallest shell that feeds a task what happens to it, as objects/agent does: it decides
// when a segment is due, performs what core/ decides, and looks after each decision and each
// input whether the promises hold that no single log can show.
import { decide, parkForTools, waitForProvider } from "../../core/decide.ts";
import type { Decision } from "../../core/decide.ts";
import { isSegmentDue } from "../../core/segment-due.ts";
import type { OpenOperation, TaskHead } from "../../core/task-head.ts";
import { markIssued } from "../../core/task-head.ts";
import type { Settled } from "../../core/transition/approval.ts";
import { onApprovalOpened, onApprovalSettled } from "../../core/transition/approval.ts";
import { onCancel, onRecover, onTimer, onToolDone } from "../../core/transition/control.ts";
import type { CoreTask } from "./core-task.ts";
import { LOST } from "./core-task.ts";
import type { Input, Reply, Verdict } from "./inputs.ts";

export interface ShellWatch {
  onDecision(head: TaskHead, decision: Decision): void;
  /** After each input, when no segment is running. */
  onRest(head: TaskHead): void;
}

type StepEnd = "go-on" | "yield" | "end";
/** One that records again and again would never end. */
const MAX_RECORDS = 4;

/** Feeds one input; the task is left as its storage would be between two handlers. */
export function feed(task: CoreTask, input: Input, watch: ShellWatch): void {
  task.now += 10;
  if (input.do === "work") {
    if (task.head.segment.queued) runSegment(task, input.replies, input.lost, watch);
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
      return task.say(`And then, after ${head.nextSeq} entries?`);
    case "cancel":
      return task.record(onCancel(head, "ann", "not needed"));
    case "recover":
      return recover(task, input.park);
    case "timer":
      return task.record(onTimer(head, head.park.number - (input.late ? 1 : 0)));
    case "tool-done":
      return withOperation(head.operations, input.pick, (each) =>
        task.record(onToolDone(head, each.operationId)),
      );
    case "open-approval":
      return withOperation(inState(head, "approval-requested"), input.pick, (each) =>
        task.record(onApprovalOpened(head, each.operationId, `sign-${head.nextSeq}`)),
      );
    case "settle-approval":
      return withOperation(inState(head, "approval-open"), input.pick, (each) =>
        settle(task, each, input.verdict),
      );
  }
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

function settle(task: CoreTask, { operationId, approval }: OpenOperation, verdict: Verdict): void {
  const awakeableId = verdict === "stale" ? "sign-0" : (approval?.awakeableId ?? "");
  const digest = verdict === "other-digest" ? "f".repeat(64) : (approval?.digest ?? "");
  const decision = verdict === "reject" ? "reject" : "approve";
  const settled: Record<Verdict, Settled> = {
    approve: { text: JSON.stringify({ decision, digest, by: "bob" }) },
    reject: { text: JSON.stringify({ decision, digest, message: "Too much." }) },
    "other-digest": { text: JSON.stringify({ decision, digest }) },
    stale: { text: JSON.stringify({ decision, digest }) },
    garbage: { text: "yes" },
    rejected: { rejected: "somebody rejected it" },
  };
  task.record(onApprovalSettled(task.head, operationId, awakeableId, settled[verdict]));
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
    case "cancel-tools":
      for (const each of decision.operations)
        task.takeIn(each, reply.tools[each.ordinal]?.outcome ?? LOST);
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
  for (const { pick, outcome } of returning) {
    withOperation([...inFlight.values()], pick, (each) => {
      inFlight.delete(each.operationId);
      task.takeIn(each, outcome);
    });
  }
  if (inFlight.size === 0) return "go-on";
  task.record([parkForTools([...inFlight.values()], task.now + 120_000)]);
  return "end";
}
