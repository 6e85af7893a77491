// Owns what the gateway's lists answer, and what else it tells who shows many tasks at once, as the console
// does: counts, who the caller is, and a task's invocations. Times are in milliseconds since the epoch.
import type { ApprovalClaim } from "./approval.ts";
import type { EffectClass, Risk } from "./effect-class.ts";
import type { TaskStatus } from "./status.ts";
import type { Stuck } from "./watch.ts";

/** A task in a list, as its stored head says: of one that works it may be some steps old. */
export interface ListedTask {
  readonly agent: string;
  readonly taskId: string;
  readonly taskUid: string;
  readonly status: TaskStatus;
  readonly owner?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Since when it has its status. */
  readonly since?: number;
  /** When it wakes by itself. */
  readonly wakeAt?: number;
  readonly stuck?: Stuck;
}

/** Newest first. */
export interface TaskList {
  readonly tasks: readonly ListedTask[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

/** How many tasks stand how. */
export interface TaskCounts {
  /** One row for each agent and status that there is. `stuck`: of these, found not to move. */
  readonly rows: readonly {
    readonly agent: string;
    readonly status: TaskStatus;
    readonly tasks: number;
    readonly stuck: number;
  }[];
}

/** A request that waits for a decision. */
export interface OpenApproval {
  /** Key of `holdfast.approval`. */
  readonly approvalId: string;
  /** A call of a tool, the release of an answer, or more of a budget. */
  readonly kind: "call" | "review" | "budget";
  readonly operationId?: string;
  readonly tool?: string;
  readonly effect?: EffectClass;
  /** By the class of the effect; of an answer and of a budget `medium`. */
  readonly risk: Risk;
  /** Who looks at it, until when; it may have ended by now. */
  readonly claim?: ApprovalClaim;
  readonly since?: number;
  /** Silence until then is a denial. */
  readonly expiresAt?: number;
}

export interface ListedApproval extends OpenApproval {
  readonly agent: string;
  readonly taskId: string;
}

/** By task, newest first. */
export interface ApprovalList {
  readonly approvals: readonly ListedApproval[];
  /** Absent on the last page. A page may be empty and not the last. */
  readonly cursor?: string;
}

/** By id. */
export interface ScheduleList {
  readonly schedules: readonly { readonly scheduleId: string }[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

/** Who the caller is, and what the gateway takes of it. */
export interface CallerView {
  readonly principal: string;
  readonly tenant?: string;
  readonly roles: readonly string[];
  /** Names of the routes that take one of the roles, such as `task.resume`. */
  readonly routes: readonly string[];
  /** In which statuses a task takes a verb. */
  readonly verbs: Readonly<Record<string, readonly TaskStatus[]>>;
  /** Where Restate's own console is, without a slash at the end; absent where nobody said. */
  readonly restateConsole?: string;
}

/** A task's invocation, as the engine has it. */
export interface TaskInvocation {
  readonly invocationId: string;
  readonly handler: string;
  /** Restate's: `pending`, `ready`, `running`, `backing-off`, `suspended`, `paused`, `scheduled`, `completed`. */
  readonly status: string;
  /** Of one that has completed: `success`, or `failure`. */
  readonly result?: string;
  readonly createdAt: number;
  readonly completedAt?: number;
  readonly deployment?: string;
  /** How often it was tried again. */
  readonly retries: number;
  /** Of the last attempt that failed, shortened. */
  readonly failure?: string;
}

/** The newest first; what the engine keeps no longer is not in it. */
export interface TaskInvocations {
  readonly invocations: readonly TaskInvocation[];
}
