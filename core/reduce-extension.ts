// Owns how asking people to extend a budget changes a head: the request that is open, and how it
// was decided. The rest of a task's budget is in reduce-budget.ts.
import type { ApprovalNotice } from "../contract/approval.ts";
import type { ReducersOf } from "./change-head.ts";
import type { Extension } from "./task-budget.ts";
import type { TaskHead } from "./task-head.ts";

type ExtensionEvent = "extension.requested" | "extension.noticed" | "extension.closed";

export const EXTENSION_REDUCERS: ReducersOf<ExtensionEvent> = {
  "extension.requested": (head, { approvalId, number, digest, ...data }) => {
    const { budget, dimension, amount, limit } = data;
    const asked = { approvalId, number, digest, budget, dimension, amount, limit };
    return withExtension(head, { ...asked, state: "requested", notices: 0 });
  },
  "extension.noticed": (head, { approvalId, number, notice }) => {
    const extension = head.budget?.extension;
    if (extension?.approvalId !== approvalId) return head;
    const { awakeableId: _, ...told } = { ...extension, notices: number };
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

type Change = Partial<Pick<Extension, "state" | "awakeableId" | "reason">>;

function after({ awakeableId, digest }: Extension, notice: ApprovalNotice): Change {
  switch (notice.type) {
    case "opened":
      return { state: "open", awakeableId: notice.awakeableId };
    case "decided": {
      // Another amount than the one that was asked for is nobody's to give here.
      if (notice.digest !== digest) return { state: "void" };
      if (notice.decision === "approve") return { state: "approved" };
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
      return notice.awakeableId === undefined ? known(awakeableId) : {};
    case "recorded":
    case "refused":
    case "asked":
    case "reminded":
    case "escalated":
      return known(awakeableId);
  }
}

function known(awakeableId: string | undefined): Change {
  return awakeableId === undefined ? {} : { awakeableId };
}
