// Owns the language of claims: who looks at an open approval now, so that two do not read the same
// package. A claim is a note with an end: it gives no right to decide, and takes none.
import { z } from "zod";
import { deciderSchema } from "./approval-api.ts";
import type { ApprovalClaim } from "./approval.ts";

const MINUTE = 60_000;
/** How long a claim holds, in milliseconds: 30 minutes where nobody says, a minute to 8 hours. */
const DEFAULT_CLAIM_MS = 30 * MINUTE;
const MIN_CLAIM_MS = MINUTE;
const MAX_CLAIM_MS = 8 * 60 * MINUTE;

/** Body of `claim`. */
export const claimInputSchema = z.strictObject({
  by: deciderSchema,
  /** Milliseconds from now. */
  forMs: z.int().min(MIN_CLAIM_MS).max(MAX_CLAIM_MS).default(DEFAULT_CLAIM_MS),
  /** Also where another person has claimed it. */
  takeOver: z.boolean().default(false),
});
export type ClaimInput = z.infer<typeof claimInputSchema>;

/** Answer of `claim`. */
export interface ClaimResult {
  /** `extended`: it was the same person's before. */
  readonly result: "claimed" | "extended" | "taken-over";
  readonly claim: ApprovalClaim;
}

/** Body of `release`. */
export const releaseInputSchema = z.strictObject({ by: deciderSchema });
export type ReleaseInput = z.infer<typeof releaseInputSchema>;

/** Answer of `release`. */
export interface ReleaseResult {
  /** `unclaimed`: nobody had claimed it, or nobody any more. */
  readonly result: "released" | "unclaimed";
}
