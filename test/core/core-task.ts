// Owns a task of the pure core for tests: an agent with a tool of each kind, the head and the log
// that sealed and reduced events make, and short ways to write what models and tools say. It
// performs nothing: what follows from a decision is the reference shell's business.
import { z } from "zod";
import type { AgentDefinition, AgentLimits } from "../../contract/agent.ts";
import type { EffectClass } from "../../contract/effect-class.ts";
import type { EventBody, EventType, TaskEvent } from "../../contract/event.ts";
import type { MessageMode } from "../../contract/message.ts";
import type { AnswerCall, CallCheck, ModelAnswer, ModelOutcome } from "../../contract/model.ts";
import type {
  AnyTool,
  BlockCode,
  CompensateResponse,
  ReconcileResponse,
  ToolResponse,
} from "../../contract/tool.ts";
import { DEFAULT_RULE } from "../../core/approval/rule.ts";
import { defineAgent } from "../../core/define-agent.ts";
import { digestOf } from "../../core/digest.ts";
import { toolOf } from "../../core/doubt.ts";
import { sealEvent } from "../../core/log.ts";
import { reduce } from "../../core/reduce.ts";
import type { OpenOperation, TaskHead } from "../../core/task-head.ts";
import { newHead, onMessage, onStart } from "../../core/transition/message.ts";
import type { NewTask } from "../../core/transition/message.ts";
import { onModelOutcome } from "../../core/transition/model-outcome.ts";
import type { CompensateOutcome } from "../../core/transition/compensation.ts";
import { onCompensated } from "../../core/transition/compensation.ts";
import type { ProposeOutcome } from "../../core/transition/proposed.ts";
import { onProposed } from "../../core/transition/proposed.ts";
import type { Lost, ToolOutcome } from "../../core/transition/tool-outcome.ts";
import { onToolOutcome } from "../../core/transition/tool-outcome.ts";
import type { ReconcileOutcome } from "../../core/transition/unknown-effect.ts";
import { onReconciled } from "../../core/transition/unknown-effect.ts";
import { defineTool } from "../../tools/define-tool.ts";

interface ToolExtras extends Pick<AnyTool, "approval" | "endsTask"> {
  readonly reconcile: () => { readonly outcome: "not-applied" };
  readonly compensate: () => { readonly outcome: "undone" };
}

export function tool(name: string, effect: EffectClass, rest: Partial<ToolExtras> = {}): AnyTool {
  return defineTool({
    name,
    description: `Is a tool of class ${effect}.`,
    input: z.strictObject({ n: z.int() }),
    output: z.string(),
    effect,
    execute: () => "done",
    ...rest,
  });
}

/** Never run by these tests: what they answer is drawn. */
const reconcile = () => ({ outcome: "not-applied" }) as const;
const compensate = () => ({ outcome: "undone" }) as const;

/**
 * Reads, writes and spends, with and without an approval. `wire` and `sign` can be asked about,
 * `write` and `sign` can be undone, and `finish` ends the task.
 */
export const TOOLS: readonly AnyTool[] = [
  tool("look", "read"),
  tool("peek", "read", { approval: "required" }),
  tool("write", "reversible", { approval: "never", compensate }),
  tool("pay", "financial"),
  tool("wire", "financial", { approval: "never", reconcile }),
  tool("sign", "reversible", { reconcile, compensate }),
  tool("finish", "communication", { approval: "never", endsTask: true }),
];

export function agentWith(
  limits: Partial<AgentLimits> = {},
  oneShot = false,
  tools: readonly AnyTool[] = TOOLS,
): AgentDefinition {
  const model = { provider: "scripted", model: "small" };
  return defineAgent({ name: "clerk", instructions: "Do it.", model, tools, limits, oneShot });
}

export const NEW_TASK: NewTask = {
  taskUid: "uid-1",
  taskId: "task-1",
  agent: "clerk",
  agentVersion: "1",
  inputDigest: digestOf("input"),
  at: 1_000,
};

/** An event as its type names it. */
export type EventOf<T extends EventType> = Extract<TaskEvent, { type: T }>;

export interface CoreTask {
  readonly agent: AgentDefinition;
  readonly log: TaskEvent[];
  head: TaskHead;
  /** Milliseconds since the epoch. */
  now: number;
  record(events: readonly EventBody[]): void;
  say(text: string, mode?: MessageMode): void;
  /** What the model answered becomes part of the task. */
  hear(outcome: ModelOutcome): void;
  takeIn(operation: OpenOperation, outcome: ToolOutcome): void;
  /** What `reconcile` answers about an operation. */
  learn(operation: OpenOperation, answer: ReconcileOutcome): void;
  /** What `propose` answers about an operation. */
  propose(operation: OpenOperation, answer: ProposeOutcome): void;
  /** What `compensate` answers about the effect with this number. */
  undo(n: number, answer: CompensateOutcome): void;
  all<T extends EventType>(type: T): EventOf<T>[];
}

/** A task that has been given its first message. */
export function startedTask(agent: AgentDefinition = agentWith()): CoreTask {
  const task: CoreTask = {
    agent,
    log: [],
    head: newHead(NEW_TASK),
    now: NEW_TASK.at,
    record: (events) => {
      for (const body of events) {
        const event = sealEvent(task.head, body, task.now);
        task.head = reduce(task.head, event);
        task.log.push(event);
      }
    },
    say: (text, mode) => {
      const messageId = `message-${task.log.length}`;
      const parts = [{ type: "text", body: { text } } as const];
      task.record(onMessage(task.head, { messageId, parts, digest: digestOf(text), mode }));
    },
    hear: (outcome) => {
      const { nextSeq, hash, turn } = task.head;
      const place = { contextTo: nextSeq - 1, contextDigest: hash, manifest: "0".repeat(64) };
      task.record(onModelOutcome(task.head, agent, { ...place, room: turn.room }, outcome));
    },
    takeIn: (operation, outcome) => {
      task.record(onToolOutcome(task.head, operation, outcome, toolOf(agent, operation)));
    },
    learn: (operation, answer) => {
      task.record(onReconciled(task.head, operation, answer, toolOf(agent, operation)));
    },
    propose: (operation, answer) => {
      const terms = { policyVersion: "policy-1", rule: DEFAULT_RULE };
      task.record(onProposed(task.head, operation, answer, { agent, terms }));
    },
    undo: (n, answer) => {
      const effect = task
        .all("tool.returned")
        .findLast(({ data }) => data.outcome === "ok" && data.compensable?.n === n);
      if (effect === undefined) throw new Error(`there is no effect ${n}`);
      task.record(onCompensated(task.head, n, effect.data, answer));
    },
    all: <T extends EventType>(type: T) =>
      task.log.filter((event): event is EventOf<T> => event.type === type),
  };
  task.record(onStart(NEW_TASK));
  task.say("Please.");
  return task;
}

/** The open operation at an ordinal of the last answer. Throws when there is none. */
export function operationAt(task: CoreTask, ordinal: number): OpenOperation {
  const found = task.head.operations.find((each) => each.ordinal === ordinal);
  if (found === undefined) throw new Error(`no operation is open at ordinal ${ordinal}`);
  return found;
}

/** A call that was judged good. The digest is that of its one argument. */
export function call(callId: string, name: string, n: number, tools = TOOLS): AnswerCall {
  const definition = tools.find((each) => each.name === name);
  if (definition === undefined) throw new Error(`the agent of these tests has no tool "${name}"`);
  const { version: toolVersion, effect } = definition;
  const check = { ok: true, digest: digestOf({ n }), toolVersion, effect } as const;
  return { callId, name, arguments: { text: JSON.stringify({ n }) }, check };
}

export type RefusalCode = Extract<CallCheck, { ok: false }>["code"];

/** A call that was judged bad. */
export function badCall(callId: string, name: string, code: RefusalCode): AnswerCall {
  const check = { ok: false, code, message: `It is ${code}.` } as const;
  return { callId, name, arguments: { text: "{" }, check };
}

const OUTCOME = {
  provider: "scripted",
  model: "small",
  startedAt: 1_000,
  durationMs: 5,
  fallbacks: [],
} as const;

export function answered(answer: Partial<ModelAnswer>, durationMs = 5): ModelOutcome {
  const calls = answer.calls ?? [];
  const finish = calls.length > 0 ? "tool-calls" : "stop";
  return {
    ...OUTCOME,
    durationMs,
    kind: "answered",
    answer: { finish, ...answer, calls },
    usage: { inputTokens: 10, outputTokens: 2 },
    requestDigest: digestOf("request"),
    response: { text: "{}" },
    unregistered: [],
  };
}

export function asksFor(...calls: readonly AnswerCall[]): ModelOutcome {
  return answered({ calls });
}

export function says(text: string): ModelOutcome {
  return answered({ text: { text } });
}

export function trouble(kind: "wait" | "operator" | "terminal", durationMs = 5): ModelOutcome {
  const code = {
    wait: "timeout",
    operator: "authentication",
    terminal: "invalid_request",
  } as const;
  return { ...OUTCOME, durationMs, kind, code: code[kind] };
}

const RESPONSE = { v: 1, toolVersion: "1", startedAt: 1_000, durationMs: 5 } as const;

export function returnsOk(text: string): ToolResponse {
  return { ...RESPONSE, outcome: "ok", result: { text }, mediaType: "text/plain" };
}

export function returnsError(code: string): ToolResponse {
  return { ...RESPONSE, outcome: "error", code, message: `It is ${code}.` };
}

export function returnsUnknown(notBefore?: number): ToolResponse {
  const until = notBefore === undefined ? {} : { notBefore };
  return { ...RESPONSE, outcome: "unknown", reason: "the process died", ...until };
}

export function isBlocked(code: BlockCode, at: number = RESPONSE.startedAt) {
  const reason = `it is ${code}`;
  return { ...RESPONSE, startedAt: at, outcome: "blocked", code, reason } as const;
}

/** What `reconcile` says at a time. */
export function finds(
  said: "applied" | "not-applied" | "unknown",
  at: number = RESPONSE.startedAt,
): ReconcileResponse {
  const response = { ...RESPONSE, startedAt: at, durationMs: 0 };
  if (said === "applied") return { ...returnsFound(), ...response };
  if (said === "not-applied") return { ...response, outcome: said };
  return { ...response, outcome: said, reason: "the other side is down" };
}

function returnsFound() {
  return { outcome: "ok", result: { text: "found" }, mediaType: "text/plain" } as const;
}

/** What `compensate` says. */
export function becomes(outcome: "undone" | "committed" | "unknown"): CompensateResponse {
  if (outcome === "undone") return { ...RESPONSE, outcome };
  return { ...RESPONSE, outcome, reason: `it is ${outcome}` };
}

export const LOST: Lost = { outcome: "lost", reason: "the invocation ended", at: 1_000 };
