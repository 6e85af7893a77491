// Tests of effects in virtual time: waits that would be long, and bounds that would be slow to
// reach, on the tool host's own fence.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ReconcileAnswer } from "../../contract/effect-answer.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { defineAgent, defineTool } from "../../index.ts";
import { createVirtualClock, runInMemory, scriptedModel } from "../../testing/index.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

type VirtualClock = ReturnType<typeof createVirtualClock>;
type Awaitable<T> = T | Promise<T>;

/** A task that pays once, with a tool whose first attempt is lost in the middle. */
function payment(reconcile?: (clock: VirtualClock) => Awaitable<ReconcileAnswer<string>>) {
  const clock = createVirtualClock();
  const paidAt: number[] = [];
  const pay = defineTool({
    name: "pay",
    description: "Pays.",
    input: z.object({}),
    output: z.string(),
    effect: "financial",
    approval: "never",
    timeoutMs: 30 * SECOND,
    retry: { maxAttempts: 1 },
    async execute(_, { beginEffect }) {
      await beginEffect();
      paidAt.push(clock.now());
      if (paidAt.length === 1) throw new TypeError("the line is dead");
      return "paid";
    },
    ...(reconcile === undefined ? {} : { reconcile: () => reconcile(clock) }),
  });
  const agent = defineAgent({
    name: "payer",
    instructions: "Pay.",
    model: { provider: "scripted", model: "m" },
    tools: [pay],
  });
  const scripted = scriptedModel([{ calls: [{ tool: "pay", arguments: {} }] }, "Done."]);
  return { task: runInMemory({ agent, providers: { scripted }, clock }), clock, paidAt };
}

function dataOf(log: readonly TaskEvent[], type: TaskEvent["type"]): readonly object[] {
  return log.flatMap((event) => (event.type === type ? [event.data] : []));
}

describe("an effect of which nobody knows", () => {
  it("R13 R95 is made again when the tool says that it did not happen, and not before it can say so", async () => {
    const asked: number[] = [];
    const { task, paidAt } = payment((clock) => {
      asked.push(clock.now());
      return { outcome: "not-applied" };
    });
    await task.start("Pay.");
    await task.until("idle", { withinMs: 10 * MINUTE });
    const [unknown] = dataOf(await task.events(), "tool.returned") as { notBefore: number }[];
    expect(asked).toHaveLength(2);
    expect(paidAt).toHaveLength(2);
    expect(paidAt[1]).toBeGreaterThanOrEqual(unknown?.notBefore ?? Infinity);
  });

  it("R95 is made again at a person's word, and not before nothing can be under way", async () => {
    const { task, paidAt } = payment();
    await task.start("Pay.");
    const { operations } = await task.until("waiting-reconcile");
    const [{ operationId, unknown } = { operationId: "", unknown: undefined }] = operations;
    const statement = {
      operationId,
      outcome: "not-applied",
      reason: "I called",
      by: "ann",
    } as const;
    await task.settle(statement);
    expect((await task.status()).wakeAt).toBe(unknown?.notBefore);
    expect(paidAt).toHaveLength(1);
    await expect(task.settle(statement)).rejects.toMatchObject({ code: "operation_settled" });
    await task.until("idle", { withinMs: 10 * MINUTE });
    expect(paidAt[1]).toBeGreaterThanOrEqual(unknown?.notBefore ?? Infinity);
  });

  it("R95 waits for a person for ever", async () => {
    const { task, clock, paidAt } = payment(() => ({ outcome: "unknown", reason: "no trace" }));
    await task.start("Pay.");
    await task.until("waiting-reconcile");
    await clock.advance(30 * 24 * 60 * MINUTE);
    expect((await task.status()).status).toBe("waiting-reconcile");
    expect(paidAt).toHaveLength(1);
  });

  it("F17 keeps a cancellation for 30 seconds at most, and is unknown in its record", async () => {
    const { task, clock } = payment((time) =>
      time.sleep(5 * MINUTE).then(() => ({ outcome: "not-applied" })),
    );
    await task.start("Pay.");
    const { operations } = await task.until("waiting-reconcile", { withinMs: MINUTE });
    const before = clock.now();
    await task.cancel({ reason: "not wanted" });
    await task.until("cancelled", { withinMs: 10 * MINUTE });
    expect(clock.now() - before).toBe(30 * SECOND);
    expect(dataOf(await task.events(), "task.cancelled")).toMatchObject([
      { unknown: [operations[0]?.operationId] },
    ]);
  });
});
