// Owns a decision on its way to be judged, its identity, and the receipt that it gets.
import type { DecideInput } from "../../contract/approval-api.ts";
import type {
  ApprovalReceipt,
  CapturedChange,
  DecisionKind,
  EditedCall,
} from "../../contract/approval.ts";
import { digestOf } from "../digest.ts";
import type { Bearer } from "./authority.ts";

/** What the tool said of new arguments: good, not good, or that it is another tool by now. */
export type EditCheck =
  | { readonly call: EditedCall }
  | { readonly refused: string }
  | { readonly changes: readonly CapturedChange[] };

export interface Ballot extends Bearer {
  readonly decision: DecisionKind;
  /** What the decider saw. */
  readonly digest: string;
  readonly message?: string;
  readonly question?: string;
  /** Of an edit: SHA-256 of the canonical arguments as they were sent. */
  readonly wanted?: string;
  /** Of an edit, once the tool was asked. */
  readonly checked?: EditCheck;
}

export function ballotOf(input: DecideInput, via: Ballot["via"]): Ballot {
  const { decision, digest, by } = input;
  const message = "message" in input ? input.message : undefined;
  return {
    decision,
    digest,
    ...(by === undefined ? {} : { by }),
    ...(message === undefined ? {} : { message }),
    ...(input.decision === "ask" ? { question: input.question } : {}),
    ...(input.decision === "edit" ? { wanted: digestOf(input.arguments) } : {}),
    via,
  };
}

/** The same decision of the same person has the same identity, whatever its message (F14). */
export function askedOf({ decision, digest, by, question, wanted }: Ballot): string {
  const parts = { decision, digest, by: by ?? null, question: question ?? null };
  return digestOf({ ...parts, wanted: wanted ?? null }).slice(0, 32);
}

export function receiptOf(
  approvalId: string,
  { decision, by }: Ballot,
  digest: string,
  at: number,
): ApprovalReceipt {
  const receipt = { approvalId, decision, digest, ...(by === undefined ? {} : { by }), at };
  return { ...receipt, receiptId: digestOf(receipt) };
}
