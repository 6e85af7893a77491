// Owns how asking people to extend a budget changes a head: the request that is open, and how it
// was decided. The rest of a task's budget is in reduce-budget.ts.
import type { ApprovalNotice, EditedCall } from "../contract/approval.ts";
import { editedAmount } from "./approval/edited-extension.ts";
import type { ReducersOf } from "./change-head.ts";
import type { Extension } from "./task-budget.ts";
import type { TaskHead } from "./task-head.ts";

type ExtensionEvent = "extension.requested" | "extension.noticed" | "extension.closed";

export const EXTENSION_REDUCERS: ReducersOf<ExtensionEvent> = {
  "extension.requested": (head, { approvalId, number, digest, ...data }) => {
    const { budget, dimension, amount, limit } = data;
    const { requestedAt, rule } = data;
    const when = { requestedAt, expiresAt: requestedAt + rule.expiresAfterMs };
    const asked = { approvalId, number, digest, budget, dimension, amount, limit, ...when };
    return withExtension(head, { ...asked, state: "requested", notices: 0 });
  },
  "extension.noticed": (head, { approvalId, number, notice }) => {
    const extension = head.budget?.extension;
    if (extension?.approvalId !== approvalId) return head;
    const { awakeableId: _, claim: __, ...told } = { ...extension, notices: number };
    return withExtension(head, { ...told, ...after(extension, notice) });
  },
  "extension.closed": (head, { approvalId }) => {
    if (head.budget?.extension?.approvalId !== approvalId) return head;
    const { extension: _, ...budget } = head.budget;
    return { ...head, budget };
  },
};

function withExtension(head: TaskHead, extension: Extension): TaskHead {
  const budget = head.budget ?? { next: 0, unsent: [] };
  return {
    ...head,
    budget: {
      ...budget,
      extensions: Math.max(budget.extensions ?? 0, extension.number),
      extension,
    },
  };
}

type Change = Partial<
  Pick<Extension, "state" | "awakeableId" | "claim" | "reason" | "amount" | "digest">
>;

function after(extension: Extension, notice: ApprovalNotice): Change {
  switch (notice.type) {
    case "opened":
      return { ...claimIn(extension), state: "open", awakeableId: notice.awakeableId };
    case "decided": {
      const edit = editIn(extension, notice.edited);
      // Anything else than another amount is nobody's to give here.
      if (edit === undefined || notice.digest !== edit.digest) return { state: "void" };
      if (notice.decision === "approve") return { ...edit, state: "approved" };
      const who = notice.by.join(", ") || "somebody without a name";
      return { state: "refused", reason: notice.message ?? `${who} refused it` };
    }
    case "expired":
      return { state: "refused", reason: "nobody decided in time" };
    case "stale":
    case "blocked":
    case "withdrawn":
      return { state: "void" };
    case "mismatch":
      // The awakeable was spent on it, and the next one comes.
      return notice.awakeableId === undefined ? known(extension) : claimIn(extension);
    case "recorded":
      // From now on that is what is decided on.
      return { ...known(extension), ...editIn(extension, notice.edited) };
    case "claimed": {
      const { by, at, until } = notice;
      return { ...known(extension), claim: { by, at, until } };
    }
    case "released": {
      const { claim: _, ...unclaimed } = known(extension);
      return unclaimed;
    }
    case "refused":
    case "asked":
    case "reminded":
    case "escalated":
      return known(extension);
  }
}

/** The amount and the digest that count, once a person may have edited them; undefined for another call. */
function editIn(
  extension: Extension,
  edited: EditedCall | undefined,
): Pick<Extension, "amount" | "digest"> | undefined {
  const { amount, digest, limit } = extension;
  if (edited === undefined) return { amount, digest };
  const given = editedAmount(extension, edited);
  if (given === undefined) return undefined;
  return { amount: Math.min(given, Number.MAX_SAFE_INTEGER - limit), digest: edited.digest };
}

/** What stays as it is while it is open. */
function known({ awakeableId, ...extension }: Extension): Pick<Change, "awakeableId" | "claim"> {
  return { ...(awakeableId === undefined ? {} : { awakeableId }), ...claimIn(extension) };
}

function claimIn({ claim }: Pick<Extension, "claim">): Pick<Change, "claim"> {
  return claim === undefined ? {} : { claim };
}
