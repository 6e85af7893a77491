// Tests of the refund desk's tools on a real database and outbox.
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { refundDesk } from "../../examples/refund-desk/agent.ts";
import { credentialFile } from "../../examples/refund-desk/payment-provider.ts";
import { openShop } from "../../examples/refund-desk/shop.ts";
import type { Shop } from "../../examples/refund-desk/shop.ts";
import { executeTool, toolContext } from "./execute-tool.ts";
import type { ExecuteOptions } from "./execute-tool.ts";

let folder: string;
let shop: Shop;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "refund-desk-"));
  shop = openShop({ folder, paceMs: 0 });
});
afterEach(async () => {
  shop.database.close();
  await rm(folder, { recursive: true });
});

async function use(
  name: string,
  args: unknown,
  options?: Partial<ExecuteOptions>,
): Promise<Record<string, unknown>> {
  const desk = refundDesk(shop, SCRIPTED);
  return JSON.parse(
    await executeTool(desk, { name, arguments: args }, { folder, ...options }),
  ) as Record<string, unknown>;
}

const SCRIPTED = { provider: "scripted", model: "scripted" };
const CLAIM = { orderId: "ORD-1001", reason: "damaged", skus: ["POT-TEAPOT"] };
const PAYMENT = { ...CLAIM, amountCents: 4200 };

describe("the refund desk's tools", () => {
  it("R45 declare what they do to the world, and only the payment waits for a person", () => {
    const desk = refundDesk(shop, SCRIPTED);
    expect(desk.tools.map(({ name, effect, approval }) => [name, effect, approval])).toEqual([
      ["find_order", "read", "default"],
      ["list_orders", "read", "default"],
      ["compute_refund", "read", "default"],
      ["issue_refund", "financial", "default"],
      ["write_to_customer", "communication", "never"],
    ]);
  });

  it("R8 pay once for one key, and record each request", async () => {
    const first = await use("issue_refund", PAYMENT, { idempotencyKey: "key-1" });
    expect(first).toMatchObject({ receipt: "RF-0001", amountCents: 4200, currency: "EUR" });
    expect(await use("issue_refund", PAYMENT, { idempotencyKey: "key-1" })).toEqual(first);
    expect(shop.database.refunds()).toHaveLength(1);
    expect(shop.database.paymentRequests()).toHaveLength(2);
  });

  it("F26 pay nothing with a token that the provider does not accept any more", async () => {
    const token = shop.payments.rotate();
    await expect(use("issue_refund", PAYMENT)).rejects.toThrow("401");
    expect(shop.database.refunds()).toEqual([]);
    shop.payments.hand(token);
    expect(await use("issue_refund", PAYMENT)).toMatchObject({ receipt: "RF-0001" });
    // Nobody else than the owner reads it, and another process finds the same one.
    expect((await stat(credentialFile(folder))).mode & 0o777).toBe(0o600);
    using other = openShop({ folder, paceMs: 0 });
    expect(other.payments.accepts(token)).toBe(true);
  });

  it("R95 say what became of a payment whose answer was lost", async () => {
    const tool = refundDesk(shop, SCRIPTED).tools.find(({ name }) => name === "issue_refund");
    const lookUp = (idempotencyKey: string) =>
      tool?.reconcile?.(PAYMENT, toolContext({ folder, idempotencyKey }));
    shop.payments.fallSilent();
    const lost = use("issue_refund", PAYMENT, { idempotencyKey: "key-1" });
    await expect(lost).rejects.toThrow("did not answer");
    expect(await lookUp("key-1")).toMatchObject({
      outcome: "applied",
      result: { receipt: "RF-0001", amountCents: 4200 },
    });
    expect(await lookUp("key-2")).toEqual({ outcome: "not-applied" });
  });

  it("pay nothing but what the policy grants", async () => {
    expect(await use("issue_refund", { ...PAYMENT, amountCents: 9900 })).toMatchObject({
      error: "wrong_amount",
    });
    await use("issue_refund", PAYMENT);
    const again = await use("issue_refund", { ...PAYMENT, reason: "wrong_item" });
    expect(again).toMatchObject({
      error: "wrong_amount",
      message: expect.stringContaining("refunded already") as string,
    });
    expect(shop.database.refunds()).toHaveLength(1);
  });

  it("tell the model what is wrong with its call", async () => {
    expect(await use("find_order", { orderId: "ORD-9999" })).toMatchObject({
      error: "order_not_found",
    });
    expect(await use("list_orders", { email: "eve@example.com" })).toMatchObject({
      error: "customer_not_found",
    });
    const foreign = await use("compute_refund", { ...CLAIM, skus: ["POT-VASE"] });
    expect(foreign).toMatchObject({
      error: "unknown_sku",
      message: expect.stringContaining("POT-TEAPOT") as string,
    });
    await expect(use("find_order", { orderId: "1001" })).rejects.toThrow("must look like ORD-1001");
  });

  it("write one letter for one key, to the order's customer", async () => {
    const letter = { orderId: "ORD-1003", subject: "Your refund", body: "Dear Chiara" };
    const written = await use("write_to_customer", letter, { idempotencyKey: "key-1" });
    expect(written).toMatchObject({
      to: "chiara@example.com",
      file: join(folder, "outbox", "key-1.txt"),
    });
    await use("write_to_customer", letter, { idempotencyKey: "key-1" });
    expect(await shop.outbox.letters()).toEqual([
      "To: Chiara Rossi <chiara@example.com>\nSubject: Your refund\n\nDear Chiara\n",
    ]);
    const forged = use("write_to_customer", { ...letter, subject: "Hello\nBcc: eve@example.com" });
    await expect(forged).rejects.toThrow("must be one line");
  });

  it("answer at the shop's pace, and stop waiting when aborted after the work is done", async () => {
    const slow = {
      ...shop,
      answerSlowly: (signal: AbortSignal) =>
        openShop({ folder, paceMs: 60_000 }).answerSlowly(signal),
    };
    const desk = refundDesk(slow, SCRIPTED);
    const call = { name: "issue_refund", arguments: PAYMENT };
    const aborted = executeTool(desk, call, {
      folder,
      idempotencyKey: "key-1",
      signal: AbortSignal.abort(),
    });
    await expect(aborted).rejects.toThrow("aborted");
    expect(shop.database.refunds()).toHaveLength(1);
  });
});
