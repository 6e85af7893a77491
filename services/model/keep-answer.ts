// Owns the step from a provider's reply to what the journal and the task log keep of it:
// judged calls, a judged form, and references in place of what is large.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { TenantArtifacts } from "../../contract/artifact.ts";
import type {
  ModelAnswer,
  ModelChoice,
  ModelOutcome,
  ProviderReply,
} from "../../contract/model.ts";
import type { FindUnregistered, ModelCall } from "../../contract/port.ts";
import type { AuthorizeCall } from "./authorize-call.ts";
import type { JudgedCall } from "./judge-answer.ts";
import { judgeCalls, judgeOutput } from "./judge-answer.ts";
import type { KeepText } from "./keep-text.ts";
import { createTextKeeper } from "./keep-text.ts";

/** Longest refusal that is kept beside the response, in UTF-16 units. */
const MAX_REFUSAL = 4_096;

export interface AnswerKeeping {
  readonly agent: AgentDefinition;
  /** Of the task's tenant. */
  readonly artifacts: TenantArtifacts;
  readonly inlineLimitBytes: number;
  readonly findUnregistered: FindUnregistered;
  readonly authorize: AuthorizeCall;
  /** When the answer is judged, milliseconds since the epoch. */
  readonly at: number;
  /** Whose answer it is, and of which step. */
  readonly call: Pick<ModelCall, "taskUid" | "taskId" | "tenant" | "step">;
}

type Answered = Extract<ProviderReply, { kind: "answered" }>;
type KeptAnswer = Pick<
  Extract<ModelOutcome, { kind: "answered" }>,
  "kind" | "answer" | "usage" | "requestDigest" | "response" | "unregistered"
>;

/** Rejects with a plain Error when the artifact store cannot be reached. */
export async function keepAnswer(
  reply: Answered,
  choice: ModelChoice,
  keeping: AnswerKeeping,
): Promise<KeptAnswer> {
  const { agent, artifacts, inlineLimitBytes, findUnregistered, authorize } = keeping;
  const { usage, requestDigest } = reply;
  const { maxCallsPerAnswer, maxWaitMs } = agent.limits;
  const context = { now: keeping.at, maxWaitMs, task: keeping.call };
  const calls = await judgeCalls(reply.calls, agent.tools, maxCallsPerAnswer, authorize, context);
  const unregistered = await unregisteredOf(calls, findUnregistered);
  const keep = createTextKeeper(artifacts, inlineLimitBytes);
  const answer = await toAnswer(reply, calls, choice, keep);
  const response = await keep(reply.response, "application/json");
  const output = await outputOf(reply, agent);
  const judged = output === undefined ? answer : { ...answer, output };
  return { kind: "answered", answer: judged, usage, requestDigest, response, unregistered };
}

/**
 * The wanted tools that nobody is known to serve. When the registry cannot be asked, that is
 * all of them: the segment asks again before it calls one, and the answer, which was paid
 * for, is not lost.
 */
async function unregisteredOf(
  calls: readonly JudgedCall[],
  findUnregistered: FindUnregistered,
): Promise<readonly string[]> {
  const executed = calls.filter(({ check }) => check.ok && check.wait === undefined);
  const wanted = [...new Set(executed.map((call) => call.name))];
  if (wanted.length === 0) return [];
  try {
    return await findUnregistered(wanted);
  } catch {
    return wanted;
  }
}

async function toAnswer(
  reply: Answered,
  judged: readonly JudgedCall[],
  choice: ModelChoice,
  keep: KeepText,
): Promise<ModelAnswer> {
  const { text, refusal, items, finish } = reply;
  const calls: ModelAnswer["calls"][number][] = [];
  // One after the other: what is kept inline depends on what was before.
  for (const { callId, name, arguments: written, check } of judged) {
    calls.push({ callId, name, arguments: await keep(written, "application/json"), check });
  }
  const itemsFrom = { provider: choice.provider, model: choice.model };
  return {
    ...(text === undefined ? {} : { text: await keep(text, "text/plain") }),
    ...(refusal === undefined ? {} : { refusal: refusal.slice(0, MAX_REFUSAL).toWellFormed() }),
    calls,
    ...(items === undefined ? {} : { items: await keep(items, "application/json"), itemsFrom }),
    finish,
  };
}

async function outputOf(reply: Answered, agent: AgentDefinition): Promise<ModelAnswer["output"]> {
  const isFinal = reply.calls.length === 0 && reply.finish === "stop" && reply.text !== undefined;
  if (agent.output === undefined || !isFinal) return undefined;
  return judgeOutput(reply.text, agent.output.schema);
}
