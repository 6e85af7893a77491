// Owns saying why a person's statement is not taken, and who was first: from the log, where it
// says how an outcome became known (R95, R96).
import type { Statement } from "../../contract/command.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { TaskHead } from "../../core/task-head.ts";
import type { Refusal } from "../../core/transition/refusal.ts";
import { statementProblem } from "../../core/transition/unknown-effect.ts";
import { readEvent } from "./log-store.ts";
import type { ReadContext } from "./read-context.ts";
import type { SettledRow } from "./task-state.ts";
import { settledKey } from "./task-state.ts";

/** Why a statement is refused, or undefined when it is taken. */
export async function refusalOf(
  ctx: ReadContext,
  head: TaskHead,
  statement: Pick<Statement, "operationId" | "outcome">,
): Promise<Refusal | undefined> {
  const refusal = statementProblem(head, statement);
  if (refusal === undefined || refusal.code === "operation_not_unknown") return refusal;
  const row = await ctx.get<SettledRow>(settledKey(statement.operationId));
  const seq = refusal.seq ?? row?.seq;
  const event = seq === undefined ? undefined : await readEvent(ctx, seq, head.nextSeq);
  return settledBy(event) ?? refusal;
}

function settledBy(event: TaskEvent | undefined): Refusal | undefined {
  if (event?.type !== "effect.stated" && event?.type !== "effect.reconciled") return undefined;
  const { outcome } = event.data;
  if (outcome === "unknown") return undefined;
  const stated = event.actor.id ?? "somebody without a name";
  const by = event.type === "effect.stated" ? stated : "the tool's reconcile";
  const at = String(event.at);
  const message = `this outcome is settled: ${by} said ${outcome} at ${at} (milliseconds since the epoch)`;
  return { code: "operation_settled", message, details: { by, outcome, at } };
}
