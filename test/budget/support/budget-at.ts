// Owns how tests read and change a budget: plain HTTP to the ingress, as an operator with curl.
import { expect, vi } from "vitest";
import type { BudgetView, LimitChangeInput } from "../../../contract/budget.ts";
import { PATIENCE } from "../../agent/support/task.ts";
import type { TestEngine } from "../../support/restate.ts";

export interface BudgetAt {
  show(): Promise<BudgetView>;
  limit(change: Pick<LimitChangeInput, "set" | "extend">): Promise<void>;
  /** Waits until what it shows has exactly these values; of `used`, at least these. */
  shows(expected: Partial<BudgetView>): Promise<BudgetView>;
}

export function budgetAt(engine: TestEngine, key: string): BudgetAt {
  const call = async (handler: string, body?: unknown): Promise<BudgetView> => {
    const path = `holdfast.budget/${encodeURIComponent(key)}/${handler}`;
    const answer = await engine.call(path, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body as BudgetView;
  };
  const show = (): Promise<BudgetView> => call("show");
  return {
    show,
    async limit(change) {
      await call("limit", { ...change, by: "ann", reason: "a test" });
    },
    shows: (expected) =>
      vi.waitFor(async () => {
        const view = await show();
        const { used = {}, ...exactly } = expected;
        // An empty object would match everything.
        for (const [field, value] of Object.entries(exactly))
          expect(view[field as keyof BudgetView], field).toEqual(value);
        expect(view.used).toMatchObject(used);
        return view;
      }, PATIENCE),
  };
}
