// Owns which requests to people a task has open, as its stored head tells; also the part of the head
// that stays readable when state is encrypted.
import type { ApprovalClaim } from "../../contract/approval.ts";
import type { EffectClass } from "../../contract/effect-class.ts";
import type { OpenApproval } from "../../contract/lists.ts";
import { EFFECT_POLICY } from "../effect-policy.ts";
import { approvalId } from "./approval-id.ts";

/** What of a head, or of its summary, this reads. */
export interface AskingHead {
  readonly since?: number;
  readonly operations?: readonly {
    readonly operationId: string;
    readonly state: string;
    readonly tool: string;
    readonly effect: EffectClass;
    readonly since: number;
    readonly approval?: Claimed & { readonly expiresAt?: number; readonly request?: number };
  }[];
  readonly review?: {
    readonly state?: string;
    readonly asked?: Claimed & { readonly approvalId: string; readonly expiresAt: number };
  };
  readonly budget?: {
    readonly extension?: Claimed & {
      readonly approvalId: string;
      readonly state: string;
      readonly requestedAt?: number;
      readonly expiresAt?: number;
    };
  };
}

interface Claimed {
  readonly claim?: ApprovalClaim;
}

export function openApprovals({
  since,
  operations = [],
  review,
  budget,
}: AskingHead): OpenApproval[] {
  return [
    ...operations.flatMap(openCall),
    ...(review?.state === "open" && review.asked !== undefined
      ? [openReview(review.asked, since)]
      : []),
    ...(budget?.extension?.state === "open" ? [openExtension(budget.extension)] : []),
  ];
}

type Operation = NonNullable<AskingHead["operations"]>[number];

function openCall({ operationId, state, tool, effect, since, approval }: Operation) {
  if (state !== "approval-open" || approval?.request === undefined) return [];
  const { request, expiresAt } = approval;
  const open: OpenApproval = {
    approvalId: approvalId(operationId, request),
    kind: "call",
    operationId,
    tool,
    effect,
    risk: EFFECT_POLICY[effect].risk,
    since,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...claimOf(approval),
  };
  return [open];
}

type Asked = NonNullable<NonNullable<AskingHead["review"]>["asked"]>;

/** The task rests on it, since it has its status. */
function openReview(asked: Asked, since: number | undefined): OpenApproval {
  const { approvalId: id, expiresAt } = asked;
  const at = since === undefined ? {} : { since };
  const open = { approvalId: id, kind: "review", risk: "medium", ...at, expiresAt } as const;
  return { ...open, ...claimOf(asked) };
}

type Extension = NonNullable<NonNullable<AskingHead["budget"]>["extension"]>;

function openExtension(extension: Extension): OpenApproval {
  const { approvalId: id, requestedAt: since, expiresAt } = extension;
  return {
    approvalId: id,
    kind: "budget",
    risk: "medium",
    ...(since === undefined ? {} : { since }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...claimOf(extension),
  };
}

function claimOf({ claim }: Claimed): Claimed {
  return claim === undefined ? {} : { claim };
}
