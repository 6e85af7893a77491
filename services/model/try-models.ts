// Owns the order in which an agent's models are tried, and what it means when none answers.
import type {
  ModelChoice,
  ModelFallback,
  ProviderReply,
  ProviderTrouble,
} from "../../contract/model.ts";

type Wait = Extract<ProviderTrouble, { kind: "wait" }>;

export interface Tried<Reply = ProviderReply> {
  readonly choice: ModelChoice;
  readonly reply: Reply;
  /** The other choices that were tried and did not answer. */
  readonly fallbacks: readonly ModelFallback[];
}

/**
 * Asks one model after the other until one answers or refuses for good. When none does: the
 * first that says "later", with the shortest pause of all; when only operators can help, the
 * first one's trouble.
 */
export async function tryModels(
  models: readonly [ModelChoice, ...ModelChoice[]],
  ask: (choice: ModelChoice) => Promise<ProviderReply>,
): Promise<Tried> {
  const failed: Tried<ProviderTrouble>[] = [];
  for (const choice of models) {
    const reply = await ask(choice);
    if (reply.kind === "answered" || reply.kind === "terminal") {
      return { choice, reply, fallbacks: failed.map(asFallback) };
    }
    failed.push({ choice, reply, fallbacks: [] });
  }
  const waiting = failed.filter((each): each is Tried<Wait> => each.reply.kind === "wait");
  const told = waiting[0] ?? failed[0];
  if (told === undefined) throw new Error("an agent has at least one model");
  const fallbacks = failed.filter((each) => each.choice !== told.choice).map(asFallback);
  const pauses = waiting.flatMap((each) => each.reply.retryAfterMs ?? []);
  const reply =
    pauses.length === 0 ? told.reply : { ...told.reply, retryAfterMs: Math.min(...pauses) };
  return { choice: told.choice, reply, fallbacks };
}

function asFallback({ choice, reply }: Tried<ProviderTrouble>): ModelFallback {
  return { provider: choice.provider, model: choice.model, code: reply.code };
}
