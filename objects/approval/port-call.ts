// Owns how the approval object's actions are retried, and what of their errors is not theirs.
import { TerminalError } from "@restatedev/restate-sdk";

/** About three seconds: others who decide wait meanwhile, and what fails then denies. */
export const POLICY_RETRY = {
  maxRetryAttempts: 6,
  initialRetryInterval: 100,
  maxRetryInterval: 3_000,
} as const;

/** About a minute: nobody can decide yet, and what fails then costs a request. */
export const EVIDENCE_RETRY = { ...POLICY_RETRY, maxRetryAttempts: 24 } as const;

/** Whether a catch lets it through: a cancellation, or what the engine is to retry (L14). */
export function mustPass(error: unknown): boolean {
  return !(error instanceof TerminalError) || error.code === 409;
}
