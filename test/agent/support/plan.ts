// Owns the plans that the models of delegating-worker.ts follow, and short ways to write them.

export interface Plan {
  /** Calls, step by step. */
  readonly steps: readonly (readonly (readonly [tool: string, given: object])[])[];
  /** The last answer; `fail` is none; absent, what the calls have returned. */
  readonly ends?: string;
  /** How long each model call takes, in milliseconds. */
  readonly ms?: number;
}

export const planOf = (steps: Plan["steps"], more: Omit<Plan, "steps"> = {}): string =>
  JSON.stringify({ steps, ...more });

/** A call that gives a plan to an agent. */
export const give = (agent: string, plan: string, more: object = {}) =>
  ["delegate", { agent, message: plan, ...more }] as const;

export const nap = (seconds: number) => ["sleep", { seconds }] as const;
