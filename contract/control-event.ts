// Owns what the task log says of control: holds, statements, owners, and ends that people decide.
// A part of event.ts, whose rules of compatibility hold here.
import type { CallPosition } from "./call-position.ts";
import type { AskedByParent } from "./child.ts";
import type { SettlementReport } from "./control-view.ts";
import type { StoredPart } from "./message.ts";
import type { QuarantineEventData } from "./quarantine-event.ts";
import type { TaskStatus } from "./status.ts";

export interface ControlEventData extends QuarantineEventData {
  /** Of a hold, `above`: with the parent task. */
  "task.paused": { from: TaskStatus; when: "safe-point" | "now"; above?: true };
  "task.quarantined": { from: TaskStatus; above?: true };
  "task.resumed": { from: TaskStatus; above?: true };
  /** A turn that failed goes on from where it failed. */
  "turn.retried": { turn: number; step: number };
  /** A person states an operation's result; `tool.returned` follows. */
  "operation.overridden": CallPosition & {
    from: string;
    outcome: "ok" | "error";
    /** Where a budget has reserved its price: what is settled of it, and by whose word. */
    used?: { money: number; by: "stated" | "price" | "not-run" };
  };
  /** A call that was not made, and is not going to be; the model is told so. */
  "call.withdrawn": CallPosition & { code: string; message: string };
  "owner.changed": { from?: string; owner: string; escalation?: string };
  /** Kept until the turn ends; the `n`-th that was kept. */
  "message.queued": {
    n: number;
    messageId: string;
    parts: readonly StoredPart[];
    digest: string;
    asked?: AskedByParent;
  };
  "retire.requested": { from: TaskStatus };
  "task.retired": { unknown: readonly string[]; report: SettlementReport };
  "task.killed": { unknown: readonly string[]; report: SettlementReport };
}
