// Owns what the scripted model answers. It decides from the conversation alone, like a model,
// and not by a counter: so it goes on wherever a crash or a restart left the task.
import { caseFiles } from "./case-file.ts";
import type { CaseFile } from "./case-file.ts";
import type { Conversation } from "./conversation.ts";
import { closingWords } from "./refund-words.ts";
import { formatMoney } from "./shop-schema.ts";
import type { Order, Receipt, RefundClaim, RefundReason } from "./shop-schema.ts";

export interface ScriptedCall {
  readonly name: string;
  readonly arguments: Record<string, unknown>;
}

/** Tool calls to make, all at once, or the words that end the turn. */
export type ScriptedAnswer =
  | { readonly calls: readonly ScriptedCall[] }
  | { readonly words: string };

export function refundScript(conversation: Conversation): ScriptedAnswer {
  const files = caseFiles(conversation);
  const calls = files.flatMap((file) => nextCall(conversation, file) ?? []);
  if (calls.length > 0) return { calls };
  const lookup = files.length === 0 ? ordersLookup(conversation) : undefined;
  if (lookup !== undefined) return { calls: [lookup] };
  return { words: closingWords(conversation, files) };
}

/** What is to be done next for one order, if anything. */
function nextCall(conversation: Conversation, file: CaseFile): ScriptedCall | undefined {
  const { orderId, order, claim, computed, paid, written } = file;
  if (order === undefined) return { name: "find_order", arguments: { orderId } };
  if ("failure" in order) return undefined;

  if (claim === undefined || computed === undefined) {
    return { name: "compute_refund", arguments: claimOf(conversation, order.value) };
  }
  if ("failure" in computed || computed.value.amountCents === 0) return undefined;

  const payment = {
    name: "issue_refund",
    arguments: { ...claim, amountCents: computed.value.amountCents },
  };
  if (paid === undefined) return payment;
  if ("failure" in paid) return saidAgain(conversation, paid.after) ? payment : undefined;

  if (written !== undefined) return undefined;
  return { name: "write_to_customer", arguments: letterOf(order.value, paid.value) };
}

/** Whether the user asked, after a payment was turned down, for another try. */
function saidAgain(conversation: Conversation, after: number): boolean {
  return conversation.said.slice(after).some((text) => /\b(again|retry|once more)\b/i.test(text));
}

function claimOf(conversation: Conversation, order: Order): RefundClaim {
  const { orderId } = order;
  return { orderId, reason: claimedReason(conversation), skus: claimedSkus(conversation, order) };
}

function claimedReason(conversation: Conversation): RefundReason {
  const text = conversation.said.join("\n");
  if (/\b(wrong|not what i ordered|mixed up)\b/i.test(text)) return "wrong_item";
  if (/\b(changed (my|his|her|their) mind|not like|do(es)?n't want|no longer)\b/i.test(text))
    return "changed_mind";
  return "damaged";
}

/** The items whose titles share a word with what was said; none means the whole order. */
function claimedSkus(conversation: Conversation, order: Order): string[] {
  const said = new Set(conversation.said.flatMap(wordsOf));
  return order.lines
    .filter((line) => wordsOf(line.title).some((word) => said.has(word)))
    .map((line) => line.sku);
}

function wordsOf(text: string): readonly string[] {
  return (text.toLowerCase().match(/[a-z]{4,}/g) ?? []).map((word) => word.replace(/s$/, ""));
}

function letterOf(order: Order, paid: Receipt) {
  const money = formatMoney(paid.amountCents, paid.currency);
  return {
    orderId: order.orderId,
    subject: `Your refund for order ${order.orderId}`,
    body:
      `Dear ${order.customer.name},\n\nwe are sorry for the trouble with your order ${order.orderId}. We have refunded ` +
      `${money} (receipt ${paid.receipt}); it will be on your account within a few days.\n\nKind regards\nKiln & Kettle`,
  };
}

/** Somebody who gave an address instead of a number: the orders of that address. */
function ordersLookup(conversation: Conversation): ScriptedCall | undefined {
  const email = conversation.said.findLast((text) => EMAIL.test(text))?.match(EMAIL)?.[0];
  if (email === undefined) return undefined;
  const asked = conversation.used.some(
    (use) => use.tool === "list_orders" && use.answer !== undefined,
  );
  return asked ? undefined : { name: "list_orders", arguments: { email } };
}

const EMAIL = /[\w.+-]+@[\w-]+(\.[\w-]+)+/;
