// Owns the verb `compensate`: undoing is an effect of its own, under its own operation id and
// key, and as fenced as the effect that it undoes.
import { z } from "zod";
import type { CompensateAnswer } from "../../contract/effect-answer.ts";
import type { CompensateRequest, CompensateResponse } from "../../contract/tool.ts";
import type { Effect } from "./effect.ts";
import { bounded } from "./error-body.ts";
import { loadApplied } from "./load-call.ts";
import { timed, timingOf } from "./outcome.ts";
import { type EffectOutcome, runEffect } from "./run-effect.ts";
import type { Steps } from "./steps.ts";
import type { ToolHost } from "./tool-host.ts";

/** The operation that undoes another one. */
function compensationId(operationId: string): string {
  return `${operationId}/compensate`;
}

/** Answers always; rejects only when the invocation was cancelled or killed. */
export async function compensateEffect(
  host: ToolHost,
  request: CompensateRequest,
  steps: Steps,
): Promise<CompensateResponse> {
  const { compensate } = host.tool;
  if (compensate === undefined) {
    const committed = { outcome: "committed", reason: "the tool has no compensate" } as const;
    return steps.run("no-compensate", () => timed(host, async () => committed));
  }
  const effect: Effect<CompensateAnswer, never> = {
    verb: "compensate",
    request,
    operationId: compensationId(request.operationId),
    load: () => loadApplied(host, request),
    run: ({ input, result }, context) => compensate(input, result, context),
    settle: async (value) => readAnswer(value),
    placeKept: (kept) => kept,
  };
  return responseOf(await runEffect(host, effect, steps));
}

const reason = z.string().transform(bounded);
const answerSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("undone") }),
  z.object({ outcome: z.literal("committed"), reason }),
  z.object({ outcome: z.literal("unknown"), reason }),
]);

function readAnswer(value: unknown): CompensateAnswer {
  const read = answerSchema.safeParse(value);
  if (read.success) return read.data;
  return {
    outcome: "unknown",
    reason: 'compensate ran, but returned none of { outcome: "undone" | "committed" | "unknown" }',
  };
}

/** An error is the tool's word, or ours, that the effect was certainly not undone. */
function responseOf(outcome: EffectOutcome<CompensateAnswer>): CompensateResponse {
  const timing = timingOf(outcome);
  if (outcome.outcome === "error") {
    const words = bounded(`${outcome.code}: ${outcome.message}`);
    return { ...timing, outcome: "committed", reason: words };
  }
  if (outcome.outcome !== "unknown") return outcome;
  return { ...timing, outcome: "unknown", reason: outcome.reason };
}
