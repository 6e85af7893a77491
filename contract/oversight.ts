// Owns what the gateway answers those who oversee a fleet: effects that nobody knows the outcome of,
// budgets, the rules that are in force, and events found over all tasks. Times are in milliseconds since
// the epoch.
import type { ApprovalRule } from "./approval.ts";
import type { BudgetView } from "./budget.ts";
import type { EffectClass, Risk } from "./effect-class.ts";
import type { TaskEvent } from "./event.ts";
import type { NamedGrant } from "./grant.ts";
import type { TaskStatus } from "./status.ts";

/** A call of which nobody knows whether it took effect: `settle` says so (L7). */
export interface UnknownEffect {
  readonly agent: string;
  readonly taskId: string;
  readonly taskUid: string;
  readonly status: TaskStatus;
  readonly owner?: string;
  readonly operationId: string;
  readonly tool: string;
  readonly effect: EffectClass;
  readonly risk: Risk;
  readonly since: number;
}

/** By task, newest first. */
export interface UnknownEffectList {
  readonly effects: readonly UnknownEffect[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

/** A budget that anything was ever reserved in or changed of, but for those of tasks. By key. */
export interface BudgetList {
  readonly budgets: readonly (BudgetView & { readonly owner?: string; readonly date?: string })[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

/** An entry of a task's log. */
export interface FoundEvent {
  readonly agent: string;
  readonly taskId: string;
  readonly event: TaskEvent;
}

/** By task, newest first; within a task the oldest entry first. */
export interface AuditPage {
  readonly events: readonly FoundEvent[];
  /** How many tasks were read for it. */
  readonly tasks: number;
  /** Absent where all were read. A page may be empty and not the last. */
  readonly cursor?: string;
}

export interface ToolRules {
  readonly tool: string;
  readonly version: string;
  readonly effect: EffectClass;
  readonly risk: Risk;
  /** What the tool's author says of approvals; `default` is what the class says. */
  readonly approval: "default" | "required" | "never";
  /** Who decides an approval of it, how many, and until when. */
  readonly rule: ApprovalRule;
  /** JSON Schema of its arguments, as the model sees it. */
  readonly input: Readonly<Record<string, unknown>>;
}

export interface AgentRules {
  readonly agent: string;
  readonly version: string;
  /** What its tasks may do at most; absent: every tool that it declares, without limits. */
  readonly grants?: readonly NamedGrant[];
  readonly tools: readonly ToolRules[];
}

/** What the app that serves the control services goes by. */
export interface RulesView {
  /** SHA-256 of the policy set; events and approvals name it. */
  readonly policyVersion: string;
  readonly policies: readonly { readonly id: string; readonly text: string }[];
  readonly agents: readonly AgentRules[];
}
