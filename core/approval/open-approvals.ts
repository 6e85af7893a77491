// Owns which requests to people a task has open, as its stored head tells; also the part of the head
// that stays readable when state is encrypted.
import type { EffectClass } from "../../contract/effect-class.ts";
import { approvalId } from "./approval-id.ts";

/** What of a head, or of its summary, this reads. */
export interface AskingHead {
  readonly operations?: readonly {
    readonly operationId: string;
    readonly state: string;
    readonly tool: string;
    readonly effect: EffectClass;
    readonly since: number;
    readonly approval?: { readonly expiresAt?: number; readonly request?: number };
  }[];
  readonly review?: {
    readonly state?: string;
    readonly asked?: { readonly approvalId: string; readonly expiresAt: number };
  };
  readonly budget?: {
    readonly extension?: { readonly approvalId: string; readonly state: string };
  };
}

/** A request that waits for a decision. Times in milliseconds since the epoch. */
export interface OpenApproval {
  /** Key of `holdfast.approval`. */
  readonly approvalId: string;
  /** A call of a tool, the release of an answer, or more of a budget. */
  readonly kind: "call" | "review" | "budget";
  readonly operationId?: string;
  readonly tool?: string;
  readonly effect?: EffectClass;
  readonly since?: number;
  /** Silence until then is a denial. */
  readonly expiresAt?: number;
}

export function openApprovals({ operations = [], review, budget }: AskingHead): OpenApproval[] {
  const open: OpenApproval[] = [];
  for (const { operationId, state, tool, effect, since, approval } of operations) {
    if (state !== "approval-open" || approval?.request === undefined) continue;
    const id = approvalId(operationId, approval.request);
    const until = approval.expiresAt === undefined ? {} : { expiresAt: approval.expiresAt };
    open.push({ approvalId: id, kind: "call", operationId, tool, effect, since, ...until });
  }
  if (review?.state === "open" && review.asked !== undefined)
    open.push({ kind: "review", ...pickAsked(review.asked) });
  const { extension } = budget ?? {};
  if (extension?.state === "open") open.push({ approvalId: extension.approvalId, kind: "budget" });
  return open;
}

function pickAsked({ approvalId: id, expiresAt }: { approvalId: string; expiresAt: number }) {
  return { approvalId: id, expiresAt };
}
