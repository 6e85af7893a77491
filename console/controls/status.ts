// Owns what a task's status means to somebody who looks at a hundred of them: its tone, its mark, and the group
// that it belongs to. A status that is new in the contract does not compile until it has a row here.
import type { TaskStatus } from "../../contract/status.ts";

export type Tone = "calm" | "busy" | "good" | "warn" | "bad";

/** `person`: it goes on only when somebody does something. */
export type StatusGroup = "person" | "working" | "waiting" | "idle" | "held" | "failed" | "ended";

interface StatusRow {
  readonly group: StatusGroup;
  readonly tone: Tone;
  /** Beside the name, so that colour is not all that tells. */
  readonly mark: string;
}

const row = (group: StatusGroup, tone: Tone, mark: string): StatusRow => ({ group, tone, mark });

export const STATUS: Readonly<Record<TaskStatus, StatusRow>> = {
  queued: row("working", "calm", "○"),
  running: row("working", "busy", "●"),
  idle: row("idle", "calm", "–"),
  "waiting-tool": row("waiting", "busy", "◐"),
  "waiting-approval": row("person", "warn", "?"),
  "waiting-event": row("waiting", "calm", "◔"),
  "waiting-timer": row("waiting", "calm", "◔"),
  "waiting-child": row("waiting", "calm", "◔"),
  "waiting-auth": row("person", "warn", "!"),
  "waiting-provider": row("waiting", "warn", "◔"),
  "waiting-budget": row("person", "warn", "!"),
  "waiting-reconcile": row("person", "bad", "!"),
  stale: row("person", "warn", "?"),
  paused: row("held", "calm", "‖"),
  quarantined: row("held", "bad", "‖"),
  "needs-operator": row("person", "bad", "!"),
  cancelling: row("working", "calm", "○"),
  completed: row("ended", "good", "✓"),
  failed: row("failed", "bad", "×"),
  cancelled: row("ended", "calm", "×"),
  killed: row("ended", "calm", "×"),
  retired: row("ended", "calm", "✓"),
};

export function statusesOf(...groups: readonly StatusGroup[]): readonly TaskStatus[] {
  const names = Object.keys(STATUS) as TaskStatus[];
  return names.filter((name) => groups.includes(STATUS[name].group));
}
