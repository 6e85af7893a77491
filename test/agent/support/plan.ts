// Owns the plans that the models of delegating-worker.ts follow, and short ways to write them.

export interface Plan {
  /** Calls, step by step. */
  readonly steps: readonly (readonly (readonly [tool: string, given: object])[])[];
  /** In the place of `steps`: so many children of an agent, so many of them in one answer. */
  readonly crowd?: { readonly agent: string; readonly count: number; readonly inOne: number };
  /** The last answer; one that begins with `fail` is none; absent, what the calls have returned. */
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

/** What a crowd is given with its n-th answer, from 0: each child says its number, and each tenth fails. */
export function crowdStep(
  { agent, count, inOne }: NonNullable<Plan["crowd"]>,
  nth: number,
): Plan["steps"][number] | undefined {
  const first = nth * inOne;
  if (first >= count) return undefined;
  return Array.from({ length: Math.min(inOne, count - first) }, (_, index) => {
    const n = first + index;
    return give(agent, planOf([], { ends: n % 10 === 9 ? `fail ${n}` : `<${n}>` }));
  });
}
