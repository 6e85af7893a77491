// Owns the small agent that the crash runner is tried with: two reads side by side, then a
// payment that a person must approve, made at a ledger that knows its idempotency keys.
import { z } from "zod";
import type { AgentDefinition } from "../../contract/agent.ts";
import { defineAgent, defineTool } from "../../index.ts";
import type { EffectLedger, LedgerRequest } from "../../testing/effect-ledger.ts";
import type { ScriptStep } from "../../testing/scripted-model.ts";
import type { TaskClient } from "../../testing/task-client.ts";

const order = z.object({ orderId: z.string() });

/** `careless` pays at a target that takes no keys, and so twice when it is asked twice. */
export function refundAgent(ledger: EffectLedger, careless = false): AgentDefinition {
  const read = (name: string) =>
    defineTool({
      name,
      description: `Reads the ${name}.`,
      input: order,
      output: z.string(),
      effect: "read",
      execute: ({ orderId }) => `the ${name} of ${orderId}`,
    });
  const refund = defineTool({
    name: "refund",
    description: "Pays an order back.",
    input: order,
    output: z.object({ receipt: z.string() }),
    effect: "financial",
    idempotency: "honoured",
    execute: ({ orderId }, { idempotencyKey }) => {
      const request: LedgerRequest = { key: idempotencyKey, tool: "refund", input: { orderId } };
      ledger.record(request);
      const pay = careless ? ledger.apply : ledger.applyOnce;
      return pay(request, () => ({ receipt: `RF-${orderId}` }));
    },
  });
  return defineAgent({
    name: "refunds",
    instructions: "Pay back what is asked for.",
    model: { provider: "model", model: "m" },
    tools: [read("order"), read("customer"), refund],
  });
}

export const REFUND_SCRIPT: readonly ScriptStep[] = [
  ({ messages }) => {
    const given = { orderId: messages[0]?.role === "user" ? messages[0].text : "" };
    return {
      calls: [
        { tool: "order", arguments: given },
        { tool: "customer", arguments: given },
      ],
    };
  },
  ({ messages }) => ({
    calls: [
      {
        tool: "refund",
        arguments: { orderId: messages[0]?.role === "user" ? messages[0].text : "" },
      },
    ],
  }),
  "Paid back.",
];

/** Asks for the refund of an order that is named for the task, and approves it. */
export async function askForRefund(task: TaskClient): Promise<unknown> {
  await task.start(task.taskId);
  await task.until("waiting-approval");
  await task.decide({ decision: "approve", by: "ada" });
  await task.until("idle");
  const events = await task.events();
  const { operations, usage } = await task.status();
  return { operations, usage, kinds: events.map(({ type }) => type).toSorted() };
}

/** What the task has paid, without what differs from task to task. */
export function paidFor(ledger: EffectLedger, taskId: string): readonly string[] {
  return ledger
    .effects()
    .filter(({ input }) => (input as { orderId: string }).orderId === taskId)
    .map(({ tool, result }) => `${tool} ${JSON.stringify(result).replace(taskId, "ORDER")}`);
}
