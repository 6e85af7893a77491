// Owns a model provider that lives in the test: it answers from a script and keeps what it was
// sent. A call that the script does not know fails the turn, so that no test can miss it.
import type { ModelProvider, ModelRequest, ProviderReply } from "../../../contract/model.ts";
import { digestOf } from "../../../core/digest.ts";

type Answered = Extract<ProviderReply, { kind: "answered" }>;
type Trouble = Exclude<ProviderReply, Answered>;

/** What a step answers: parts of an answer, or trouble. */
export type Reply = Partial<Omit<Answered, "kind">> | Trouble;
export type Step = Reply | ((request: ModelRequest, signal: AbortSignal) => Reply | Promise<Reply>);

export interface ScriptedModel extends ModelProvider {
  /** What it was sent, in order, calls that were aborted included. */
  readonly requests: readonly ModelRequest[];
}

/** Answers call after call by these steps; one step alone given as a function answers all. */
export function scriptedModel(script: readonly Step[] | Exclude<Step, Reply>): ScriptedModel {
  const requests: ModelRequest[] = [];
  return {
    requests,
    async call(request, signal) {
      const step = typeof script === "function" ? script : script[requests.length];
      requests.push(request);
      // Terminal trouble, which ends the turn: the script has no more to say.
      if (step === undefined) return { kind: "terminal", code: "invalid_request" };
      const reply = typeof step === "function" ? await step(request, signal) : step;
      return "kind" in reply ? reply : answered(request, reply);
    },
  };
}

/** A final answer. */
export function says(text: string): Reply {
  return { text };
}

/** An answer that asks for tools: each its name, its arguments, and a call id when it matters. */
export function asksFor(
  ...wanted: readonly (readonly [tool: string, given: unknown, callId?: string])[]
): Reply {
  const calls = wanted.map(([name, given, callId], index) => ({
    callId: callId ?? `call-${index}`,
    name,
    arguments: typeof given === "string" ? given : JSON.stringify(given),
  }));
  return { calls, finish: "tool-calls" };
}

function answered(request: ModelRequest, parts: Partial<Omit<Answered, "kind">>): Answered {
  return {
    kind: "answered",
    calls: [],
    finish: "stop",
    usage: { inputTokens: 10, outputTokens: 2 },
    model: request.model,
    response: JSON.stringify(parts),
    requestDigest: digestOf(request),
    ...parts,
  };
}
