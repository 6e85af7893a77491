// Owns the ports through which a tool's service asks whether an effect may begin, and for the
// credentials that it needs. services/ implements them, services/server.ts wires them.
import type { AuthorityEvidence } from "./evidence.ts";
import type { AnyTool, Blocked, ToolRequest } from "./tool.ts";

/** Handlers of a tool's service that are asked about. */
export type EffectVerb = "execute" | "compensate";

export interface EffectQuestion {
  readonly verb: EffectVerb;
  /** Parsed JSON, as the caller wrote them and as they were recorded. */
  readonly arguments: unknown;
  /** What the tool's schema made of them. */
  readonly input: unknown;
  /** Aborted when the attempt is over: nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/**
 * Asked un-journaled, as the last thing before an effect, and again at each `beginEffect` (L8);
 * once before a call that has none, and then at the price of microseconds.
 * Undefined lets it happen with nothing to record of it. A rejection means that nobody could be asked: nothing is done, and
 * it is asked again for as long as it takes.
 */
export type CheckAuthority = (
  request: ToolRequest,
  tool: AnyTool,
  question: EffectQuestion,
) => Promise<AuthorityAnswer>;

export type AuthorityAnswer = Blocked | Permit | undefined;

/** It may happen, and this is recorded with its outcome (R81). */
export interface Permit {
  readonly outcome: "permitted";
  readonly authority: AuthorityEvidence;
}

/** Whose call it is. */
export type CallOrigin = Pick<ToolRequest, "agent" | "taskId" | "taskUid" | "tool" | "tenant">;

export interface ResolvedCredential {
  readonly value: string;
  /** Where to renew it, for people; never a value. */
  readonly source?: string;
}

/**
 * Resolved inside the action that uses it (L9), and only for names that the tool declares.
 * `missing` says what is wrong and who can mend it, and never a value: the call is `blocked` with
 * the code `credential`. A rejection means that nobody could be asked. `fresh`: the value that was
 * given last was refused by the other side.
 */
export type ResolveCredential = (
  name: string,
  origin: CallOrigin,
  signal: AbortSignal,
  fresh?: boolean,
) => Promise<ResolvedCredential | { readonly missing: string }>;
