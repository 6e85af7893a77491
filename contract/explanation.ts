// Owns the answer to "why is it not moving" (R75, R100): body and answers of `explain`, of the agent
// object and of `holdfast.control`, which adds what only the engine knows. Times are in milliseconds
// since the epoch.
import { z } from "zod";
import type { EventType } from "./event.ts";
import type { TaskStatus } from "./status.ts";
import { textSchema } from "./text.ts";
import type { Stuck } from "./watch.ts";

export const BLOCKER_KINDS = [
  "segment",
  "queue",
  "tool",
  "approval",
  "question",
  "event",
  "timer",
  "child",
  "operations",
  "credential",
  "audit",
  "stop",
  "unknown-effect",
  "provider",
  "budget",
  "stale",
  "operator",
  "hold",
  "settling",
  "message",
  "failure",
  "end",
  "worker",
] as const;
export type BlockerKind = (typeof BLOCKER_KINDS)[number];

/** Who can bring it on. */
export interface Unblocker {
  /** `runtime`: it goes on by itself. `outside`: whoever publishes the event or answers for the tool. */
  readonly kind: "runtime" | "operator" | "owner" | "deciders" | "user" | "outside" | "nobody";
  /** By name, where it is known; `anyone` of the deciders. */
  readonly names?: readonly string[] | "anyone";
}

export interface Remedy {
  readonly verb: string;
  /** At Restate's ingress. */
  readonly path: string;
  /** What the body must name, beside a reason. */
  readonly body?: Readonly<Record<string, string>>;
  /** The same on the command line, where there is a command for it; what is in capitals is yours to say. */
  readonly command?: string;
}

/** What a task waits for. */
export interface Blocker {
  readonly kind: BlockerKind;
  /** In words, such as "a decision on pay". */
  readonly what: string;
  readonly operationId?: string;
  readonly tool?: string;
  readonly since: number;
  /** When it ends, or is tried again, by itself. Absent: by itself it never does. */
  readonly until?: number;
  readonly who: Unblocker;
  /** The best first; empty where nothing has to be done, or nothing can. */
  readonly how: readonly Remedy[];
}

/** What happens once the task goes on (R75). */
export interface ResumeContext {
  readonly turn: number;
  readonly step: number;
  readonly segment: number;
  /** In words. */
  readonly next: string;
  /** What must be so before: approvals, answers, credentials, holds. */
  readonly pending: readonly string[];
  /** Of this turn, or of the one that has ended. */
  readonly lastError?: {
    readonly seq: number;
    readonly at: number;
    readonly step: number;
    readonly event: EventType;
    readonly code: string;
    readonly message?: string;
  };
}

/** What the engine says of an invocation of the task. */
export interface EngineCall {
  readonly invocationId: string;
  /** Of a tool's call. */
  readonly operationId?: string;
  /** The service and the handler, such as `tools.pay/execute`. */
  readonly target: string;
  /** Restate's: `pending`, `ready`, `running`, `backing-off`, `suspended`, `paused`, `scheduled`. */
  readonly status: string;
  readonly since: number;
  /** Attempts that failed in a row. */
  readonly attempts?: number;
  readonly nextRetryAt?: number;
  /** Of the last attempt, shortened. */
  readonly failure?: string;
}

export interface EngineView {
  /** Whether any worker is registered for the agent; one that answers nobody counts too. */
  readonly registered: boolean;
  /** Whether the agent's object answered. */
  readonly answers: boolean;
  readonly segment?: EngineCall;
  /** Calls of tools that are not over. */
  readonly tools: readonly EngineCall[];
  /** Commands that wait for the task's lock. */
  readonly waitingCommands: number;
}

export interface Explanation {
  /** All of it in one line. */
  readonly text: string;
  readonly agent: string;
  readonly taskId: string;
  readonly taskUid: string;
  readonly status: TaskStatus;
  readonly reason?: string;
  readonly owner?: string;
  readonly escalation?: string;
  /** The gravest first; the first is what the text is about. */
  readonly blockers: readonly [Blocker, ...Blocker[]];
  /** When the task looks by itself next. */
  readonly nextWakeAt?: number;
  readonly onResume: ResumeContext;
  /** Who looks after a task that stays so. */
  readonly recoveryOwner: string;
  /** A page of the documentation. */
  readonly runbook: string;
  readonly stuck?: Stuck;
  /** Of `holdfast.control/explain` alone. */
  readonly engine?: EngineView;
}

/** Body of `holdfast.control/explain`. */
export const explainInputSchema = z.strictObject({
  agent: textSchema.min(1).max(64),
  taskId: textSchema.min(1).max(256),
});
export type ExplainInput = z.infer<typeof explainInputSchema>;
