// Owns what a conversation tells about one order: how far its refund has come. Everything is
// read from the conversation, nothing is remembered between two requests.
import { z } from "zod";
import { jsonOf } from "./conversation.ts";
import type { Conversation, ToolUse } from "./conversation.ts";
import {
  claimSchema,
  letterSchema,
  orderSchema,
  receiptSchema,
  refundComputationSchema,
} from "./shop-schema.ts";
import type { Letter, Order, Receipt, RefundClaim, RefundComputation } from "./shop-schema.ts";

/** What a tool answered: the value that was hoped for, or the words of its failure. */
export type Answered<T> =
  | { readonly value: T }
  | { readonly failure: string; readonly after: number };

export interface CaseFile {
  readonly orderId: string;
  readonly order: Answered<Order> | undefined;
  /** What the refund was computed for. */
  readonly claim: RefundClaim | undefined;
  readonly computed: Answered<RefundComputation> | undefined;
  readonly paid: Answered<Receipt> | undefined;
  readonly written: Answered<Letter> | undefined;
}

const aboutOrder = z.object({ orderId: z.string() });

/** One file for each order that the user named, in that order. */
export function caseFiles(conversation: Conversation): readonly CaseFile[] {
  const named = conversation.said.flatMap(
    (text) => text.toUpperCase().match(/\bORD-\d{4}\b/g) ?? [],
  );
  return [...new Set(named)].map((orderId) => {
    const last = <T>(tool: string, form: z.ZodType<T>) =>
      read(lastUse(conversation, tool, orderId), form);
    return {
      orderId,
      order: last("find_order", orderSchema),
      claim: claimSchema.safeParse(lastUse(conversation, "compute_refund", orderId)?.arguments)
        .data,
      computed: last("compute_refund", refundComputationSchema),
      paid: last("issue_refund", receiptSchema),
      written: last("write_to_customer", letterSchema),
    };
  });
}

function lastUse(conversation: Conversation, tool: string, orderId: string): ToolUse | undefined {
  return conversation.used.findLast(
    (use) => use.tool === tool && aboutOrder.safeParse(use.arguments).data?.orderId === orderId,
  );
}

function read<T>(use: ToolUse | undefined, form: z.ZodType<T>): Answered<T> | undefined {
  if (use?.answer === undefined) return undefined;
  const parsed = form.safeParse(jsonOf(use.answer));
  return parsed.success ? { value: parsed.data } : { failure: use.answer, after: use.after };
}
