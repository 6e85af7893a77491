// Owns the language of decisions on many approvals at once: first a preview of each, then the decisions,
// each on exactly the digest that its preview showed. What is answered of each stands where it was asked.
import { z } from "zod";
import { decideInputSchema, type DecideResult, type DecisionPreview } from "./approval-api.ts";
import { sha256Schema } from "./ids.ts";

/** Approvals of one batch at most. */
export const MAX_BATCH = 100;

const decision = z.enum(["approve", "reject"]);
const once = "each approval stands once";

export const batchPreviewInputSchema = z.strictObject({
  decision,
  approvalIds: z
    .array(sha256Schema)
    .min(1)
    .max(MAX_BATCH)
    .refine((ids) => new Set(ids).size === ids.length, once),
});

export const batchDecideInputSchema = z.strictObject({
  decision,
  /** Of all of them. */
  message: decideInputSchema.options[0].shape.message,
  items: z
    .array(z.strictObject({ approvalId: sha256Schema, digest: sha256Schema }))
    .min(1)
    .max(MAX_BATCH)
    .refine((items) => new Set(items.map((each) => each.approvalId)).size === items.length, once),
});

/** Why one of them was not decided, or cannot be: as the problem that it is alone. */
export interface BatchError {
  /** As of HTTP. */
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** Of one that was decided meanwhile: by whom, what and when. */
  readonly details?: Readonly<Record<string, string>>;
}

/** As many as were asked for, in the same order. */
export interface BatchPreview {
  readonly items: readonly (DecisionPreview | { readonly error: BatchError })[];
}

/** As many as were asked for, in the same order. */
export interface BatchDecision {
  readonly items: readonly (DecideResult | { readonly error: BatchError })[];
}
