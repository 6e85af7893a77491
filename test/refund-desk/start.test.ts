// Tests of `npm start` and `npm run demo:crash` as a newcomer runs them: real processes, a real
// server, the printed commands.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openShopDatabase } from "../../examples/refund-desk/shop-database.ts";
import { ownEnvironment, runNpm } from "./npm-script.ts";
import type { Environment, NpmScript } from "./npm-script.ts";

const execute = promisify(execFile);
const BOUND = { timeout: 150_000 };

let dataDir: string;
let environment: Environment;
let scripts: NpmScript[];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "refund-desk-"));
  environment = await ownEnvironment(dataDir);
  scripts = [];
});
afterEach(async () => {
  for (const script of scripts) await script.pressCtrlC();
  await rm(dataDir, { recursive: true });
});

function npm(...args: readonly string[]): NpmScript {
  const script = runNpm(args, environment);
  scripts.push(script);
  return script;
}

/** Runs a printed command as a shell does. */
async function shell(command: string): Promise<string> {
  return (await execute("sh", ["-c", command])).stdout;
}

function refundsIn(folder: string) {
  const shop = openShopDatabase(join(dataDir, folder, "shop.db"), new Date());
  const refunds = shop.refunds();
  shop.close();
  return refunds;
}

/** Rejects while something of the script still has one of its ports. */
async function nothingListens(): Promise<void> {
  const ports = Object.entries(environment).filter(([name]) => name.endsWith("_PORT"));
  for (const [, port] of ports) {
    const probe = createServer().listen({ port: Number(port), host: "127.0.0.1" });
    await once(probe, "listening");
    probe.close();
  }
}

const TURN_ENDS = /turn +1 is completed/;

describe("npm start", () => {
  it("brings a task to its end without a person", BOUND, async () => {
    const start = npm("start", "--", "--once");
    expect(await start.ended()).toBe(0);
    expect(start.output()).toContain("a scripted model answers");
    expect(start.output()).toMatch(/approval +issue_refund needs one \(financial\)/);
    expect(start.output()).toMatch(TURN_ENDS);
    expect(refundsIn("refund-desk")).toMatchObject([{ orderId: "ORD-1001", amountCents: 4200 }]);
    const [letter = ""] = await readdir(join(dataDir, "refund-desk", "outbox"));
    const text = await readFile(join(dataDir, "refund-desk", "outbox", letter), "utf8");
    expect(text).toContain("We have refunded €42.00 (receipt RF-0001)");
  });

  it(
    "R31 keeps a parked task over Ctrl-C, and goes on by the printed commands",
    BOUND,
    async () => {
      const first = npm("start");
      const [, kill = ""] = await first.shows(/^ +(kill -9 \d+)$/m);
      await shell(kill);
      await first.shows(/The worker is up again/);
      await first.pressCtrlC();
      expect(first.output()).toContain("Everything is stopped.");

      const second = npm("start");
      await second.shows(/Task refund-ORD-1001 goes on, it is waiting-approval/);
      const [, approve = ""] = await second.shows(/^Approve it:\n +(curl .*)$/m);
      const [, look = ""] = await second.shows(/^Look at the task:\n +(curl .*)$/m);
      const [, say = ""] = await second.shows(/^Send it another message:\n +(curl .*)$/m);
      const [, inspect = ""] = await second.shows(/^ +(RESTATE_ADMIN_URL=.* services list)$/m);
      expect(JSON.parse(await shell(look))).toMatchObject({ status: "waiting-approval" });
      expect(await shell(inspect)).toContain("tools.issue_refund");
      expect(refundsIn("refund-desk")).toEqual([]);
      await shell(approve);
      await second.shows(TURN_ENDS);
      await shell(say);
      await second.shows(/turn +2 is completed/);
      expect(refundsIn("refund-desk")).toHaveLength(1);
      await second.kill();
      await vi.waitFor(nothingListens, { timeout: 20_000, interval: 100 });
    },
  );

  it("says in one sentence that a port is taken, and leaves nothing behind", BOUND, async () => {
    const port = Number(environment["HOLDFAST_WORKER_PORT"]);
    const holder = createServer().listen(port, "127.0.0.1");
    const start = npm("start");
    expect(await start.ended()).toBe(1);
    holder.close();
    await once(holder, "close");
    expect(start.output()).toMatch(
      new RegExp(`port ${port} on 127.0.0.1 is taken.*HOLDFAST_WORKER_PORT`, "i"),
    );
    expect(start.output()).not.toMatch(/^ +at /m);
    await nothingListens();
  });

  it("says what is wrong with its configuration, and exits with 78", BOUND, async () => {
    environment = { ...environment, HOLDFAST_INGRESS_PORT: "eighty" };
    const start = npm("start");
    expect(await start.ended()).toBe(78);
    expect(start.output()).toContain("HOLDFAST_INGRESS_PORT must be a port");
  });
});

describe("npm run demo:crash", () => {
  it(
    "R8 F1 F2 F38 repeats and loses nothing, though worker and server are killed",
    BOUND,
    async () => {
      const demo = npm("run", "demo:crash");
      expect(await demo.ended(), demo.output()).toBe(0);
      const output = demo.output();
      expect(output.match(/SIGKILL to the worker \(process \d+\)/g)).toHaveLength(2);
      expect(output.match(/SIGKILL to the server \(process \d+\)/g)).toHaveLength(2);
      expect(output).toMatch(/5 +5 {2}calls that reached the model/);
      expect(output).toContain("Nothing was repeated, and nothing was lost.");
      const [run = ""] = await readdir(join(dataDir, "refund-desk-crash"));
      expect(refundsIn(join("refund-desk-crash", run))).toHaveLength(1);
    },
  );
});
