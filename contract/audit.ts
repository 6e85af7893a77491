// Owns the language of an outside audit sink (F40): what it is given, the object that keeps it
// abreast of each task's log, and the effects that an app may let wait for it.
import type { TaskEvent } from "./event.ts";
import type { ToolRequest } from "./tool.ts";

export const AUDIT_SERVICE = "holdfast.audit";
export const AUDIT_VERSION = 1;

/** The effect classes that may be made to wait for the sink; all others never do. */
export const SINK_CLASSES = [
  "irreversible",
  "financial",
  "communication",
  "administrative",
] as const;
export type SinkClass = (typeof SINK_CLASSES)[number];

/** One event of one task's log, as a sink keeps it. */
export interface AuditRecord {
  /** `taskUid#seq`, for ever: a record may come more than once. */
  readonly id: string;
  readonly agent: string;
  readonly taskId: string;
  readonly taskUid: string;
  /** As it is in the log; its own hash and the one before make gaps and changes visible. */
  readonly event: TaskEvent;
}

/** Where every event of the task logs is kept outside of the runtime. */
export interface AuditSink {
  /** For operators and the log, such as a path or an address; never a secret. */
  readonly name: string;
  /**
   * Resolves once all of these are kept for good. They are of one task, in the order of its log and
   * without a gap behind what was kept before; some may have been kept already. A rejection is an
   * outage: the same records come again. Of the error only its name is recorded.
   */
  write(records: readonly AuditRecord[], signal: AbortSignal): Promise<void>;
}

/** Whose log it is. */
export type AuditedTask = Pick<ToolRequest, "agent" | "taskId">;

/** Key of `holdfast.audit`: an agent's name has no slash. */
export function auditKey({ agent, taskId }: AuditedTask): string {
  return `${agent}/${taskId}`;
}

export function auditedTask(key: string): AuditedTask {
  const end = key.indexOf("/");
  return { agent: key.slice(0, end), taskId: key.slice(end + 1) };
}

/** Input of the private `note` and `retry`. */
export interface AuditNote {
  readonly v: typeof AUDIT_VERSION;
}

/** How far the sink is with a task's log; answer of `flush` and `show`. */
export interface AuditPosition {
  /** The last event that the sink has; -1 before the first. */
  readonly acknowledged: number;
  /** Why it has no more than that; absent when it had all of the log at that moment. */
  readonly behind?: string;
  /** Failed attempts in a row; while there are any, the next one is on its way. */
  readonly failures: number;
}

/** What became of one attempt to give the sink the next events. Journaled. */
export type AuditPush =
  | {
      readonly outcome: "kept";
      readonly taskUid: string;
      readonly acknowledged: number;
      /** Whether the log had more. */
      readonly more: boolean;
    }
  /** There is no such task any more. */
  | { readonly outcome: "gone" }
  | { readonly outcome: "failed"; readonly reason: string };

/** Reads the next events of a log and gives them to the sink. Never rejects for what either does. */
export type PushEvents = (
  task: AuditedTask,
  from: { readonly taskUid?: string | undefined; readonly acknowledged: number },
) => Promise<AuditPush>;

/** Asked right before an effect of a class that waits for the sink. Rejects when nobody answers. */
export interface AuditGate {
  readonly classes: readonly SinkClass[];
  /** Brings the sink up to the end of the task's log, if that goes within `waitMs`. */
  flush(task: AuditedTask, waitMs: number, signal: AbortSignal): Promise<AuditPosition>;
}
