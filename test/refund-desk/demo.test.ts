// Tests of `npm run demo -- <scene>`: each scene as a process on a real server, with what it says
// and what it leaves in the shop's database and outbox.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openShopDatabase } from "../../examples/refund-desk/shop-database.ts";
import { ownEnvironment, runNpm } from "./npm-script.ts";
import type { NpmScript } from "./npm-script.ts";

const BOUND = { timeout: 90_000 };

let dataDir: string;
let running: NpmScript | undefined;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "refund-demo-"));
});
afterEach(async () => {
  await running?.pressCtrlC();
  running = undefined;
  await rm(dataDir, { recursive: true });
});

interface Played {
  readonly code: number | null;
  readonly output: string;
}

async function demo(...scenes: readonly string[]): Promise<Played> {
  running = runNpm(["run", "demo", "--", ...scenes], await ownEnvironment(dataDir));
  return { code: await running.ended(), output: running.output() };
}

/** What a scene has left behind: cents that were paid, requests to pay, letters. */
async function left(scene: string) {
  const home = join(dataDir, `refund-desk-${scene}`);
  const [run = ""] = await readdir(home);
  const shop = openShopDatabase(join(home, run, "shop.db"), new Date());
  const paid = shop.refunds().map(({ amountCents }) => amountCents);
  const requests = shop.paymentRequests();
  shop.close();
  const keys = new Set(requests.map(({ idempotencyKey }) => idempotencyKey)).size;
  const letters = (await readdir(join(home, run, "outbox"))).length;
  return { paid, requests: requests.length, keys, letters };
}

describe("npm run demo", () => {
  it("R33 F14 approve: one call is executed, and who comes second is told", BOUND, async () => {
    const { code, output } = await demo("approve");
    expect(code, output).toBe(0);
    expect(output).toMatch(/decide .*"decision":"approve","by":"bea".*\n +-> 200, approved/);
    expect(output).toMatch(/-> 412, approval_decided: this call was approved by bea/);
    expect(await left("approve")).toEqual({ paid: [4200], requests: 1, keys: 1, letters: 1 });
  });

  it("R39 reject: the model reads why, and nothing is paid", BOUND, async () => {
    const { code, output } = await demo("reject");
    expect(code, output).toBe(0);
    expect(output).toMatch(/model +says: .* was not made: .*She got a new teapot on Monday\./);
    expect(await left("reject")).toEqual({ paid: [], requests: 0, keys: 0, letters: 0 });
  });

  it("R39 edit: what a person has written is executed", BOUND, async () => {
    const { code, output } = await demo("edit");
    expect(code, output).toBe(0);
    expect(output).toMatch(/model +says: Order ORD-1001: €71\.00 was refunded/);
    expect(await left("edit")).toEqual({ paid: [7100], requests: 1, keys: 1, letters: 1 });
  });

  it("R38 F16 stale: an order that changed is not paid by the old approval", BOUND, async () => {
    const { code, output } = await demo("stale");
    expect(code, output).toBe(0);
    expect(output).toMatch(/issue_refund did nothing: .*\(precondition\) has changed.* \(stale\)/);
    expect(output.match(/approval +issue_refund needs one/g)).toHaveLength(2);
    // The one on the phone.
    expect(await left("stale")).toEqual({ paid: [4200], requests: 0, keys: 0, letters: 0 });
  });

  it("R13 R95 F1 unknown: a lost payment is found and not made again", BOUND, async () => {
    const { code, output } = await demo("unknown");
    expect(code, output).toBe(0);
    expect(output).toMatch(/issue_refund: unknown/);
    expect(output).toMatch(/issue_refund is looked up by its key: applied/);
    expect(await left("unknown")).toEqual({ paid: [4200], requests: 2, keys: 1, letters: 1 });
  });

  it("F26 R44 credential: the task waits for a new token and goes on", BOUND, async () => {
    const { code, output } = await demo("credential");
    expect(code, output).toBe(0);
    expect(output).toMatch(/Its status is waiting-auth: .*"payments" was refused.*renew it in/);
    expect(output.match(/approval +issue_refund needs one/g)).toHaveLength(1);
    expect(await left("credential")).toMatchObject({ paid: [4200], letters: 1 });
  });

  it("R49 F25 budget: a task without room waits, and goes on where it stood", BOUND, async () => {
    const { code, output } = await demo("budget");
    expect(code, output).toBe(0);
    expect(output).toMatch(/issue_refund: ok.*\n.*has no room.*\n.*is waiting-budget/);
    expect(output).toMatch(/limit .*"extend":\{"steps":2\},"by":"olga"/);
    expect(await left("budget")).toEqual({ paid: [4200], requests: 1, keys: 1, letters: 1 });
  });

  it("names its scenes where none of them is meant", BOUND, async () => {
    const { code, output } = await demo("aprove");
    expect(code).toBe(1);
    expect(output).toMatch(/npm run demo -- <scene>/);
    expect(output).toMatch(/^ +approve /m);
    expect(await readdir(dataDir)).toEqual([]);
  });
});
