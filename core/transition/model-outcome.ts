// Owns what an answer of the model, or a failure to get one, means to the task (F3, F4, F5,
// F7, F9, F10). What the model gets wrong becomes data for the model, never a crash.
import type { AgentDefinition, AgentLimits } from "../../contract/agent.ts";
import type { AnswerProblem, EventBody } from "../../contract/event.ts";
import { operationId } from "../../contract/ids.ts";
import type { AnswerCall, CallCheck, ModelAnswer, ModelOutcome } from "../../contract/model.ts";
import type { AnyTool } from "../../contract/tool.ts";
import { EFFECT_POLICY } from "../effect-policy.ts";
import { operationsOf } from "../operations.ts";
import { countCall, timesAsked } from "../repeated-calls.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";
import { backgroundOf } from "../wait/background.ts";
import { proposeCall } from "./approval.ts";
import { leaveChildren } from "./leave-child.ts";
import { holdBack } from "./hold-back.ts";
import { failTurn } from "./fail-turn.ts";
import { openModelsWait } from "./open-wait.ts";

const AGENT = { kind: "agent" } as const;

/** What the model was asked with. */
export interface AskedWith {
  readonly contextTo: number;
  readonly contextDigest: string;
  readonly manifest: string;
  readonly room: 1 | 2;
}

export function onModelOutcome(
  head: TaskHead,
  agent: AgentDefinition,
  asked: AskedWith,
  outcome: ModelOutcome,
): readonly EventBody[] {
  if (outcome.kind !== "answered") return onTrouble(head, outcome);
  const step = head.step + 1;
  const { kind: _, ...rest } = outcome;
  const answered: EventBody = {
    type: "model.answered",
    actor: AGENT,
    data: { step, ...asked, ...rest },
  };
  const at = outcome.startedAt + outcome.durationMs;
  return [answered, ...judge(head, agent, outcome.answer, { step, at })];
}

function onTrouble(
  head: TaskHead,
  outcome: Exclude<ModelOutcome, { kind: "answered" }>,
): readonly EventBody[] {
  const { startedAt: _, ...rest } = outcome;
  const step = head.step + 1;
  const failed: EventBody = { type: "model.failed", data: { step, ...rest } };
  if (outcome.kind !== "terminal") return [failed];
  const message = `the model provider refused: ${outcome.code}`;
  return [failed, ...failTurn(head, step, outcome.code, message)];
}

interface Place {
  readonly step: number;
  /** When the answer was there, milliseconds since the epoch. */
  readonly at: number;
}

function judge(
  head: TaskHead,
  agent: AgentDefinition,
  answer: ModelAnswer,
  place: Place,
): readonly EventBody[] {
  const { step } = place;
  const waits = backgroundOf(head).length > 0;
  const problem = problemOf(answer, waits);
  if (problem !== undefined) return rejected(head, agent, step, problem, answer);
  if (answer.calls.length > 0) return accepted(head, agent, answer, place);
  if (waits)
    return [{ type: "turn.waiting", actor: AGENT, data: { turn: head.turn.number, step } }];
  // `model.answered` is the next entry.
  const held = holdBack(head, agent, { ...place, answerSeq: head.nextSeq });
  if (held !== undefined) return [held];
  const isLast = agent.oneShot || head.parent?.once === true;
  return [
    ...(isLast ? leaveChildren(head, "retire") : []),
    {
      type: "turn.completed",
      actor: AGENT,
      data: {
        turn: head.turn.number,
        step,
        ...(answer.text === undefined ? {} : { answer: answer.text }),
      },
    },
    ...(isLast ? [{ type: "task.completed", data: { by: "one-shot" } } satisfies EventBody] : []),
  ];
}

interface Problem {
  readonly reason: AnswerProblem;
  readonly keepAnswer: boolean;
  readonly note?: string;
}

/** `waits`: it is not the answer of the turn yet, and need not have its form. */
function problemOf(answer: ModelAnswer, waits: boolean): Problem | undefined {
  // A cut answer is rejected as a whole, its calls included: an argument may be cut too (F9).
  if (answer.finish === "length") return { reason: "truncated", keepAnswer: false };
  if (answer.finish === "content-filter") return { reason: "content_filter", keepAnswer: false };
  if (answer.refusal !== undefined && answer.calls.length === 0) {
    const note =
      "Your last answer was a refusal. If you cannot do what is asked, say so in plain words.";
    return { reason: "refusal", keepAnswer: false, note };
  }
  if (answer.calls.length > 0) {
    const usable = answer.calls.some((call) => call.check.ok);
    return usable ? undefined : { reason: "unusable_calls", keepAnswer: true };
  }
  if (isEmpty(answer)) {
    return {
      reason: "empty",
      keepAnswer: false,
      note: "Your last answer was empty. Answer, or call a tool.",
    };
  }
  if (answer.output?.ok === false && !waits) {
    const note = `Your last answer does not have the required form: ${answer.output.message}`;
    return { reason: "invalid_output", keepAnswer: true, note };
  }
  return undefined;
}

function isEmpty(answer: ModelAnswer): boolean {
  if (answer.text === undefined) return true;
  return "text" in answer.text && answer.text.text.trim() === "";
}

function rejected(
  head: TaskHead,
  { limits }: AgentDefinition,
  step: number,
  problem: Problem,
  answer: ModelAnswer,
): readonly EventBody[] {
  const refusals = problem.keepAnswer ? refusalsOf(head, answer, step) : [];
  const inARow = head.turn.unusable + 1;
  const event: EventBody = { type: "answer.rejected", data: { step, ...problem, inARow } };
  const cutAgain = problem.reason === "truncated" && head.turn.room === 2;
  if (cutAgain)
    return [
      ...refusals,
      event,
      ...failTurn(head, step, "output_truncated", "the answer was cut again with twice the room"),
    ];
  if (inARow < limits.maxUnusableAnswers) return [...refusals, event];
  const message = `${inARow} unusable answers in a row, the last one: ${problem.reason}`;
  return [...refusals, event, ...failTurn(head, step, "unusable_answers", message)];
}

function accepted(
  head: TaskHead,
  agent: AgentDefinition,
  answer: ModelAnswer,
  { step, at }: Place,
): readonly EventBody[] {
  const refusals = refusalsOf(head, answer, step);
  // `model.answered` is at the log's end, where the reducer will find these operations too.
  const operations = operationsOf(
    head,
    { seq: head.nextSeq, at: head.updatedAt },
    { step, answer },
  );
  const loop = findLoop(head, agent.limits, operations);
  if (loop !== undefined) return [...refusals, ...failTurn(head, step, "loop_detected", loop)];
  const tools = new Map(agent.tools.map((tool) => [tool.name, tool]));
  const proposals = operations.flatMap((each) => {
    const check = answer.calls[each.ordinal]?.check;
    if (check?.ok === true && check.wait !== undefined)
      return [openModelsWait(head, each, check.wait, operations)];
    const tool = tools.get(each.tool);
    if (check === undefined || !needsApproval(check, tool)) return [];
    return [proposeCall(head, each, tool, { check, agentVersion: agent.version, at })];
  });
  return [...refusals, ...proposals];
}

/** The same call over and over, without a change in between, gets nowhere (F7). */
function findLoop(
  head: TaskHead,
  limits: AgentLimits,
  operations: readonly OpenOperation[],
): string | undefined {
  let repeats = head.turn.repeats;
  for (const { tool, argumentsDigest } of operations) {
    repeats = countCall(repeats, tool, argumentsDigest);
    const times = timesAsked(repeats, tool, argumentsDigest);
    if (times < limits.maxRepeatedCalls) continue;
    return `${tool} was called ${times} times with the same arguments and no change in between`;
  }
  return undefined;
}

interface RefusedCall {
  readonly step: number;
  readonly ordinal: number;
  readonly call: AnswerCall;
  readonly check: Extract<CallCheck, { ok: false }>;
}

function refusalsOf(head: TaskHead, answer: ModelAnswer, step: number): readonly EventBody[] {
  return answer.calls.flatMap((call, ordinal) =>
    call.check.ok ? [] : [refusal(head, { step, ordinal, call, check: call.check })],
  );
}

function refusal(head: TaskHead, { step, ordinal, call, check }: RefusedCall): EventBody {
  const id = operationId({ taskUid: head.taskUid, step, ordinal, attempt: 1 });
  const { code, message } = check;
  const data = {
    operationId: id,
    step,
    ordinal,
    callId: call.callId,
    tool: call.name,
    code,
    message,
  };
  return { type: "call.refused", data };
}

/** As policy has judged it, or else as the class and the tool's author say. */
function needsApproval(check: CallCheck, tool: AnyTool | undefined): boolean {
  if (!check.ok) return false;
  if (check.approval !== undefined) return check.approval;
  const rule = tool?.approval ?? "default";
  return rule === "default" ? EFFECT_POLICY[check.effect].approval : rule === "required";
}
