// Owns the tools of these tests: one that pays, and keeps what it has paid, and one that looks.
import { z } from "zod";
import type { AnyTool } from "../../../contract/tool.ts";
import { defineTool, type ToolSpec } from "../../../index.ts";

export interface Bank {
  readonly tool: AnyTool;
  /** Each payment, in order: `<order> <amount> <to>`. */
  readonly paid: readonly string[];
}

type More = Partial<Pick<ToolSpec<never, never, string, string>, "approval" | "timeoutMs">>;

/** Pays without an approval unless it is told otherwise. */
export function bankOf(name: string, more: More = {}): Bank {
  const paid: string[] = [];
  const tool = defineTool({
    name,
    description: "Pays for an order.",
    input: z.strictObject({ order: z.string(), amountCents: z.number(), to: z.string() }),
    output: z.string(),
    effect: "financial",
    approval: "never",
    resource: ({ order }) => `order/${order}`,
    async execute({ order, amountCents, to }, { beginEffect }) {
      await beginEffect();
      paid.push(`${order} ${amountCents} ${to}`);
      return "paid";
    },
    ...more,
  });
  return { tool, paid };
}

export function payment(change: Record<string, unknown> = {}) {
  return { order: "1017", amountCents: 4_200, to: "ann@example.com", ...change };
}
