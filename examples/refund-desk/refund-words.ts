// Owns the words with which the scripted model ends a turn.
import type { CaseFile } from "./case-file.ts";
import { jsonOf } from "./conversation.ts";
import type { Conversation } from "./conversation.ts";
import { formatMoney } from "./shop-schema.ts";

export function closingWords(conversation: Conversation, files: readonly CaseFile[]): string {
  const last = conversation.said.at(-1) ?? "";
  const thanks = /\b(thanks|thank you)\b/i.test(last) ? "You are welcome. " : "";
  if (files.length > 0) return thanks + files.map(wordsAbout).join(" ");
  const listed = conversation.used.findLast((use) => use.tool === "list_orders")?.answer;
  if (listed !== undefined) return `${thanks}Which order is it about? ${ordersIn(listed)}`;
  return `${thanks}Which order is it about? Please give me its number, for example ORD-1001, or the customer's address.`;
}

function wordsAbout({ orderId, order, computed, paid, written }: CaseFile): string {
  if (order === undefined || "failure" in order) {
    return `I could not find order ${orderId}: ${failureIn(order?.failure)} Is the number right?`;
  }
  if (computed === undefined || "failure" in computed) {
    return `I could not compute a refund for order ${orderId}: ${failureIn(computed?.failure)}`;
  }
  const { amountCents, currency, explanation } = computed.value;
  if (amountCents === 0) return `No refund is due for order ${orderId}. ${explanation}`;
  const money = formatMoney(amountCents, currency);
  if (paid === undefined || "failure" in paid) {
    return (
      `The refund of ${money} for order ${orderId} was not made: ${failureIn(paid?.failure)} Nothing was paid and ` +
      `nobody was written to. Shall I propose it again, or what should I tell ${order.value.customer.name}?`
    );
  }
  const letter =
    written === undefined || "failure" in written
      ? `I could not write to ${order.value.customer.name}: ${failureIn(written?.failure)}`
      : `${order.value.customer.name} has been written to.`;
  // What was paid, which a person may have changed.
  const { receipt, ...sum } = paid.value;
  return `Order ${orderId}: ${formatMoney(sum.amountCents, sum.currency)} was refunded, receipt ${receipt}. ${letter}`;
}

/** The readable part of a tool's failure, whatever form the runtime gives it. */
function failureIn(failure: string | undefined): string {
  if (failure === undefined) return "there was no answer.";
  const message = /"message"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(failure)?.[1];
  const text = message === undefined ? failure : String(jsonOf(message));
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function ordersIn(listed: string): string {
  const numbers = [...new Set(listed.match(/ORD-\d{4}/g) ?? [])];
  return numbers.length === 0 ? failureIn(listed) : `I found ${numbers.join(" and ")}.`;
}
