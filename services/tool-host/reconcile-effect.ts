// Owns the verb `reconcile`: the other side is asked by the key that `execute` had. It is a read,
// asked again when it fails, and "not applied" counts only once nothing can be under way.
import { z } from "zod";
import type {
  Blocked,
  ReconcileRequest,
  ReconcileResponse,
  ToolResult,
} from "../../contract/tool.ts";
import { sha256 } from "../../core/digest.ts";
import { attemptCall } from "./attempt-call.ts";
import { bounded } from "./error-body.ts";
import { loadCall } from "./load-call.ts";
import { type Timed, timingOf } from "./outcome.ts";
import { bodyOf, repeatFaults } from "./repeat-faults.ts";
import { placeOf, settleResult } from "./settle-result.ts";
import type { Steps } from "./steps.ts";
import type { ToolHost } from "./tool-host.ts";

/** Answers always; rejects only when the invocation was cancelled or killed. */
export async function reconcileEffect(
  host: ToolHost,
  request: ReconcileRequest,
  steps: Steps,
): Promise<ReconcileResponse> {
  const { notBefore = 0 } = request;
  for (;;) {
    const answer = await ask(host, request, steps);
    // An attempt that has not begun yet may still begin. By the time at which it was asked.
    const early = answer.outcome === "not-applied" && answer.startedAt < notBefore;
    if (!early) return answer;
    await steps.sleep(notBefore - answer.startedAt, "wait-until-nothing-is-under-way");
  }
}

type Answer = ToolResult | Blocked | { readonly outcome: "not-applied" } | Unknown;
interface Unknown {
  readonly outcome: "unknown";
  readonly reason: string;
}

async function ask(
  host: ToolHost,
  request: ReconcileRequest,
  steps: Steps,
): Promise<Timed<Answer>> {
  const { retry } = host.tool;
  const ended = await repeatFaults(host, steps, "reconcile", (signal) =>
    askOnce(host, request, signal),
  );
  if (ended.outcome !== "fault" && ended.outcome !== "nothing") return ended;
  const reason = `reconcile failed in each of ${retry.maxAttempts} attempts; in the last one: ${ended.reason}`;
  return { ...timingOf(ended), ...unknown(reason) };
}

async function askOnce(host: ToolHost, request: ReconcileRequest, signal: AbortSignal) {
  const { reconcile } = host.tool;
  if (reconcile === undefined) return unknown("the tool has no reconcile, so nobody can be asked");
  const loaded = await loadCall(host, request);
  if ("outcome" in loaded) return unknown(`${loaded.code}: ${loaded.message}`);
  const { operationId } = request;
  const attempted = await attemptCall(
    host,
    {
      origin: request,
      operationId,
      idempotencyKey: sha256(operationId),
      run: (context) => reconcile(loaded.input, context),
    },
    signal,
  );
  return bodyOf<Answer>(attempted, (answer) =>
    answer.did === "returned"
      ? readAnswer(host, request, answer.value)
      : unknown(`${answer.code}: ${answer.message}`),
  );
}

const answerSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("applied"), result: z.unknown() }),
  z.object({ outcome: z.literal("not-applied") }),
  z.object({ outcome: z.literal("unknown"), reason: z.string() }),
]);

async function readAnswer(
  host: ToolHost,
  request: ReconcileRequest,
  value: unknown,
): Promise<Answer> {
  const read = answerSchema.safeParse(value);
  if (!read.success) {
    return unknown(
      'reconcile returned none of { outcome: "applied", result }, { outcome: "not-applied" }, { outcome: "unknown", reason }',
    );
  }
  if (read.data.outcome === "unknown") return unknown(read.data.reason);
  if (read.data.outcome === "not-applied") return { outcome: "not-applied" };
  const settled = await settleResult(host.tool.output, read.data.result, placeOf(host, request));
  // It was applied, and what it brought is not fit to be used: a person has to look.
  return settled.outcome === "ok" ? settled : unknown(`${settled.code}: ${settled.message}`);
}

function unknown(reason: string): Unknown {
  return { outcome: "unknown", reason: bounded(reason) };
}
