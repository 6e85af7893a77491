// Owns the state machine of a task as data: which event brings it from which statuses to which.
// docs/statuses.md is generated from it, and a property test holds the reducer to it.
import type { EventType } from "../../contract/event.ts";
import type { TaskStatus } from "../../contract/status.ts";
import { hasEnded, TASK_STATUSES } from "../../contract/status.ts";
import { HELD, LIVE, OPEN } from "./status-sets.ts";

/** An event that changes the status. One that leaves it as it is needs no row. */
export interface Transition {
  readonly by: EventType;
  readonly from: readonly TaskStatus[];
  readonly to: readonly TaskStatus[];
}

/** What people may be asked to look at, or time may end. */
const RESTING = [
  "waiting-tool",
  "waiting-approval",
  "waiting-event",
  "waiting-timer",
  "waiting-child",
  "waiting-auth",
  "waiting-provider",
  "waiting-budget",
  "waiting-reconcile",
  "stale",
  "needs-operator",
] as const satisfies readonly TaskStatus[];
/** A turn is open, or effects are being undone. */
const WORKING: readonly TaskStatus[] = ["queued", "running", ...RESTING, "paused"];
const RESTED: readonly TaskStatus[] = ["idle", "failed"];

export const TRANSITIONS: readonly Transition[] = [
  // It may come while effects are being undone.
  { by: "message.received", from: [...RESTED, ...WORKING], to: ["queued"] },
  // In an ended turn: to take in a message that was kept.
  { by: "segment.started", from: [...RESTED, ...WORKING], to: ["running"] },
  // From an ended turn: over a kept message that cannot be taken in.
  { by: "task.parked", from: [...RESTED, ...WORKING], to: [...RESTING, "paused"] },
  { by: "task.woken", from: WORKING, to: ["queued"] },
  // What was to be decided on is asked for anew.
  { by: "approval.mismatch", from: ["waiting-approval", "stale"], to: ["running"] },
  { by: "turn.completed", from: WORKING, to: ["idle"] },
  { by: "turn.failed", from: WORKING, to: ["failed"] },
  { by: "turn.retried", from: ["failed"], to: ["queued"] },
  { by: "rollback.requested", from: [...RESTED, ...WORKING], to: ["queued"] },
  { by: "task.rolled-back", from: WORKING, to: ["idle"] },
  { by: "task.paused", from: LIVE, to: ["paused"] },
  { by: "task.quarantined", from: LIVE, to: ["quarantined"] },
  // It may be held itself and with its parent: then the other hold goes on.
  { by: "task.resumed", from: HELD, to: ["queued", ...RESTED, ...HELD] },
  { by: "cancel.requested", from: LIVE, to: ["cancelling"] },
  { by: "retire.requested", from: LIVE, to: ["cancelling"] },
  { by: "task.completed", from: RESTED, to: ["completed"] },
  { by: "task.cancelled", from: ["cancelling"], to: ["cancelled"] },
  { by: "task.retired", from: ["cancelling"], to: ["retired"] },
  { by: "task.killed", from: OPEN, to: ["killed"] },
];

/** Whether an event may bring a task from one status to another. */
export function isLegal(from: TaskStatus, by: EventType, to: TaskStatus): boolean {
  if (from === to) return true;
  return TRANSITIONS.some(
    (each) => each.by === by && each.from.includes(from) && each.to.includes(to),
  );
}

/** The machine as a mermaid diagram; what a task may wait for is one box. */
export function diagramOf(transitions: readonly Transition[]): string {
  const arrows = new Map<string, Set<string>>();
  for (const { by, from, to } of transitions) {
    for (const start of boxesOf(from)) {
      for (const end of boxesOf(to)) {
        if (start === end) continue;
        const arrow = `${start} --> ${end}`;
        arrows.set(arrow, (arrows.get(arrow) ?? new Set()).add(by));
      }
    }
  }
  const lines = [...arrows].map(([arrow, by]) => `  ${arrow}: ${[...by].join(", ")}`);
  const names = [`  state "waits (${RESTING.join(", ")})" as waits`];
  const starts = ["  [*] --> queued"];
  const ends = TASK_STATUSES.filter(hasEnded).map((each) => `  ${each} --> [*]`);
  return ["stateDiagram-v2", ...names, ...starts, ...lines, ...ends].join("\n");
}

function boxesOf(statuses: readonly TaskStatus[]): readonly string[] {
  const waits: readonly TaskStatus[] = RESTING;
  return [...new Set(statuses.map((each) => (waits.includes(each) ? "waits" : each)))];
}
