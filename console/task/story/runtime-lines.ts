// Owns the lines of what the runtime does by itself: segments, waits, children, budgets, turns and ends.
import { fullTime, spanWords } from "../../controls/time-words.ts";
import { type Line, type Lines, noted, some, text } from "./line.ts";

const runtime = (title: string, more: Omit<Line, "kind" | "title"> = {}): Line => ({
  kind: "runtime",
  title,
  ...more,
});
const quiet = { quiet: true } as const;

const WAITS: Lines = {
  "wait.opened": ({ tool, wait }) => ({
    kind: "wait",
    title: `${tool} waits`,
    ...noted(wait.kind),
  }),
  "wait.due": () => ({ kind: "wait", title: "A deadline has passed", ...quiet }),
  "task.parked": ({ status, reason, wakeAt }) => ({
    kind: "wait",
    title: `Waits: ${status}`,
    tone: status === "needs-operator" || status === "waiting-reconcile" ? "bad" : "calm",
    ...text(reason),
    ...noted(wakeAt === undefined ? undefined : `looks again ${fullTime(wakeAt)}`),
  }),
  "task.woken": ({ by }) => ({ kind: "wait", title: `Woken by ${by}`, ...quiet }),
  "turn.waiting": () => ({
    kind: "wait",
    title: "The answer waits for what is in the background",
    ...quiet,
  }),
  "child.started": ({ agent, taskId }) => ({
    kind: "wait",
    title: `Child task ${agent}/${taskId} is asked`,
  }),
  "child.left": ({ agent, taskId, by }) =>
    runtime(`Child task ${agent}/${taskId} is left`, noted(by)),
  "child.ended": ({ agent, taskId, status }) =>
    runtime(`Child task ${agent}/${taskId} has ended`, noted(status)),
  "task.stuck": ({ kind, since, foundAt }) =>
    runtime("Found not to move", {
      tone: "bad",
      ...noted(kind, `for ${spanWords(foundAt - since)}`),
    }),
  "task.escalated": ({ to }) => runtime(`${to} is told that it stays stuck`, { tone: "bad" }),
};

const BUDGETS: Lines = {
  "budget.requested": ({ n }) => runtime(`Budget is asked, reservation ${n}`, quiet),
  "budget.granted": ({ n }) => runtime(`Budget grants reservation ${n}`, quiet),
  "budget.denied": ({ n }) =>
    runtime("No room in a budget", { tone: "warn", ...noted(`reservation ${n}`) }),
  "budget.settled": ({ n, overrun }) =>
    overrun === undefined
      ? runtime(`Reservation ${n} is settled`, quiet)
      : runtime(`Reservation ${n} was overrun`, { tone: "warn" }),
};

const LIFE: Lines = {
  "task.started": ({ agent, agentVersion, owner, parent }) =>
    runtime(
      "Task begins",
      noted(
        `${agent} ${agentVersion}`,
        owner === undefined ? undefined : `owner ${owner}`,
        parent === undefined ? undefined : "of a parent task",
      ),
    ),
  "segment.started": ({ segment, agentVersion }) =>
    runtime(`Segment ${segment} begins`, { ...quiet, ...noted(`agent version ${agentVersion}`) }),
  "segment.lost": ({ segment, cause }) =>
    runtime(`Segment ${segment} was lost; another one takes over`, {
      tone: "warn",
      ...text(cause),
    }),
  "turn.completed": ({ turn, rewritten }) =>
    runtime(`Turn ${turn} is over`, {
      tone: "good",
      ...noted(rewritten === true ? "rewritten by a person" : undefined),
    }),
  "turn.failed": ({ turn, code, message }) =>
    runtime(`Turn ${turn} failed`, { tone: "bad", ...text(message), ...noted(code) }),
  "task.rolled-back": ({ undone }) => runtime("Effects are undone", noted(some(undone, "effect"))),
  "task.completed": ({ by, tool }) =>
    runtime("Task is completed", { tone: "good", ...noted(by, tool) }),
  "task.cancelled": ({ unknown }) => runtime("Task is cancelled", unknownNote(unknown)),
  "task.killed": ({ unknown }) =>
    runtime("Task is killed", { tone: "bad", ...unknownNote(unknown) }),
  "task.retired": ({ unknown }) => runtime("Task is retired", unknownNote(unknown)),
};

function unknownNote(unknown: readonly string[]): Pick<Line, "note"> {
  return unknown.length === 0 ? {} : noted(`${some(unknown.length, "effect")} of unknown outcome`);
}

export const RUNTIME_LINES: Lines = { ...WAITS, ...BUDGETS, ...LIFE };
