// Owns the lines of what people decide and do: approvals, reviews, budgets that are extended, and the verbs of
// control.
import type { Deciders } from "../../../contract/approval.ts";
import { actorName, type Line, type Lines, noted, some, text } from "./line.ts";

const decision = (title: string, more: Omit<Line, "kind" | "title"> = {}): Line => ({
  kind: "decision",
  title,
  ...more,
});

const deciders = (given: Deciders): string => (given === "anyone" ? given : given.join(", "));

/** What an operator did, and why. */
const act =
  (what: string, tone?: Line["tone"]) =>
  (_: unknown, event: Parameters<typeof actorName>[0] & { readonly reason?: string }): Line => ({
    kind: "operator",
    title: `${actorName(event)} ${what}`,
    ...text(event.reason),
    ...(tone === undefined ? {} : { tone }),
  });

const APPROVALS: Lines = {
  "propose.requested": ({ tool }) =>
    decision(`${tool} is asked what it would touch`, { quiet: true }),
  "approval.requested": ({ tool, effect, resource, request }) =>
    decision(`Approval of ${tool} is asked for`, {
      tone: "warn",
      ...noted(effect, resource, request > 1 ? `request ${request}` : undefined),
    }),
  "approval.opened": () => decision("Request is open", { quiet: true }),
  "approval.recorded": ({ receipt, approvals, quorum, message }) =>
    decision(`${receipt.by ?? "somebody"} approves`, {
      ...text(message),
      ...noted(`${approvals} of ${quorum}`),
    }),
  "approval.decided": ({ decision: what, by, persons, message, edited, via }) =>
    decision(`${by ?? persons.join(", ")} ${what === "approve" ? "approves" : "rejects"}`, {
      tone: what === "approve" ? "good" : "bad",
      ...text(message),
      ...noted(edited === undefined ? undefined : "edited", via === "decide" ? undefined : via),
    }),
  "approval.refused": ({ by, decision: what, reason }) =>
    decision(`${by ?? "somebody"} may not ${what}`, { tone: "warn", ...noted(reason) }),
  "approval.mismatch": ({ by, reason }) =>
    decision(`A decision of ${by ?? "somebody"} does not count`, { tone: "warn", ...text(reason) }),
  "approval.asked": ({ question, receipt }) =>
    decision(`${receipt.by ?? "somebody"} asks about it`, text(question)),
  "approval.reminded": () => decision("Deciders are reminded", { quiet: true }),
  "approval.escalated": ({ to }) =>
    decision("It is put before others", { tone: "warn", ...noted(deciders(to)) }),
  "approval.claimed": ({ by, from }) =>
    decision(
      `${by} looks at it`,
      noted(from === undefined ? undefined : `in the place of ${from}`),
    ),
  "approval.released": ({ by }) => decision(`${by} leaves it to others`),
  "approval.expired": () => decision("Nobody decided in time: it is denied", { tone: "bad" }),
  "approval.stale": ({ changes }) =>
    decision("What it rested on has changed: it is asked for anew", {
      tone: "warn",
      ...noted(some(changes.length, "change")),
    }),
  "approval.blocked": ({ reason }) =>
    decision("It cannot be decided on", { tone: "bad", ...text(reason) }),
  "approval.withdrawn": ({ reason }) => decision("The request is withdrawn", text(reason)),
  "review.due": () => decision("The answer waits for a person to release it", { quiet: true }),
  "review.requested": () => decision("Release of the answer is asked for", { tone: "warn" }),
  "review.noticed": () => decision("News of the review", { quiet: true }),
  "review.closed": ({ outcome, message }) =>
    decision(`The answer's review: ${outcome}`, {
      tone: outcome === "approved" ? "good" : "bad",
      ...text(message),
    }),
  "extension.requested": ({ dimension, amount, level }) =>
    decision(`More of a budget is asked for`, {
      tone: "warn",
      ...noted(`${dimension} +${amount}`, level),
    }),
  "extension.noticed": () => decision("News of the budget request", { quiet: true }),
  "extension.closed": ({ outcome, reason }) =>
    decision(`The budget request: ${outcome}`, {
      tone: outcome === "approved" ? "good" : "calm",
      ...text(reason),
    }),
};

const CONTROL: Lines = {
  "task.paused": act("pauses the task", "warn"),
  "task.quarantined": act("quarantines the task", "bad"),
  "task.resumed": act("resumes the task", "good"),
  "turn.retried": act("retries the turn"),
  "message.quarantined": ({ reason }) => ({
    kind: "runtime",
    title: "A message is set aside: no segment got past it",
    tone: "bad",
    ...text(reason),
  }),
  "message.retried": act("has a message taken in once more"),
  "message.dropped": act("drops a message"),
  "operation.overridden": ({ tool, outcome }, event) => ({
    kind: "operator",
    title: `${actorName(event)} states the outcome of ${tool}: ${outcome}`,
    tone: "warn",
    ...text(event.reason),
  }),
  "effect.stated": ({ tool, outcome }, event) => ({
    kind: "operator",
    title: `${actorName(event)} states of ${tool}: ${outcome}`,
    tone: "warn",
    ...text(event.reason),
  }),
  "reconcile.requested": ({ tool }, event) => ({
    kind: "operator",
    title: `${actorName(event)} has ${tool} asked about its effect`,
    ...text(event.reason),
  }),
  "call.withdrawn": ({ tool }, event) => ({
    kind: "operator",
    title: `${actorName(event)} withdraws ${tool}`,
    ...text(event.reason),
  }),
  "owner.changed": ({ from, owner }, event) => ({
    kind: "operator",
    title: `${owner} answers for the task`,
    ...text(event.reason),
    ...noted(from === undefined ? undefined : `before: ${from}`),
  }),
  "grants.changed": ({ grants }, event) => ({
    kind: "operator",
    title: `${actorName(event)} changes what the task may do`,
    ...text(event.reason),
    ...noted(some(grants.length, "grant")),
  }),
  "rollback.requested": act("has effects undone", "warn"),
  "cancel.requested": act("cancels the task", "warn"),
  "retire.requested": act("retires the task", "warn"),
  "task.preserved": ({ preserved }, event) => ({
    kind: "operator",
    title: `${actorName(event)} ${preserved ? "keeps the task from being erased" : "lets the task be erased again"}`,
    ...text(event.reason),
  }),
  "task.erased": act("erases what the task says", "bad"),
};

export const PEOPLE_LINES: Lines = { ...APPROVALS, ...CONTROL };
