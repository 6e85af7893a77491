// Owns which verb of a tool's service an operation is issued with, and under which key: issued
// again under the same key it attaches, and never runs twice (L3).
import { sha256 } from "./digest.ts";
import { doubtOf } from "./doubt.ts";
import type { OpenOperation } from "./task-head.ts";

export type ToolVerb = "execute" | "reconcile" | "propose";

/** An unknown outcome is only ever asked about, and so is what a person must approve first. */
export function verbOf({ state }: Pick<OpenOperation, "state">): ToolVerb {
  if (state === "proposing") return "propose";
  return state === "unknown" ? "reconcile" : "execute";
}

/** Number of the question that is put next, or was put and not answered yet; from 1. */
export function questionOf(operation: OpenOperation): number {
  return doubtOf(operation).asked + 1;
}

export function operationKey(operation: OpenOperation): string {
  const { operationId, requests = 0 } = operation;
  switch (verbOf(operation)) {
    case "execute":
      return sha256(operationId);
    case "reconcile":
      return sha256(`${operationId}/reconcile/${questionOf(operation)}`);
    case "propose":
      return sha256(`${operationId}/propose/${requests + 1}`);
  }
}

/**
 * Of the undoing of an operation's effect. A service that was kept from it has done nothing, and
 * Restate keeps that answer too: asked for again, it has another key.
 */
export function compensationKey(operationId: string, blocked: number): string {
  const again = blocked === 0 ? "" : `/${blocked + 1}`;
  return sha256(`${operationId}/compensate${again}`);
}
