// Owns the tests of the Restate server that we start: that it takes calls, how it ends, where
// it listens, and what a user reads when it cannot start.
import { once } from "node:events";
import { access, mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { object, type ObjectContext } from "@restatedev/restate-sdk";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { freePorts, type ServerPorts } from "../../services/engine/ports.ts";
import { startRestateServer } from "../../services/engine/restate-server.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { spawnProcess } from "../support/worker-process.ts";

const counter = object({
  name: "counter",
  handlers: {
    async add(ctx: ObjectContext): Promise<number> {
      const next = ((await ctx.get<number>("n")) ?? 0) + 1;
      ctx.set("n", next);
      return next;
    },
  },
});

async function threePorts(): Promise<ServerPorts> {
  const [ingress = 0, admin = 0, fabric = 0] = await freePorts(3);
  return { ingress, admin, fabric };
}

async function accepts(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe("a server of ours", () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());

  it("takes calls as soon as it is started, and keeps state over SIGKILL and SIGTERM", async () => {
    await engine.serveEndpoint([counter]);
    expect(await engine.call("counter/a/add")).toEqual({ status: 200, body: 1 });

    await engine.server.kill();
    await engine.restart();
    expect(await engine.call("counter/a/add")).toEqual({ status: 200, body: 2 });

    await engine.server.stop();
    await engine.restart();
    expect(await engine.call("counter/a/add")).toEqual({ status: 200, body: 3 });
  });

  it("takes directory and partitions from the environment and the rest from restate.toml", async () => {
    await access(join(engine.directory, "restate", "holdfast"));
    const started = engine.log.filter((line) => /Partition \d+ started/.test(line));
    expect(new Set(started.map((line) => /Partition (\d+)/.exec(line)?.[1]))).toEqual(
      new Set(["0", "1"]),
    );
  });

  it("listens on 127.0.0.1 and on no other address", async () => {
    const ports = [engine.ingressUrl, engine.adminUrl].map((url) => Number(new URL(url).port));
    for (const port of ports) {
      expect(await accepts("127.0.0.1", port)).toBe(true);
      // Also a loopback address: whoever listens on all of them would accept.
      expect(await accepts("127.0.0.2", port)).toBe(false);
    }
  });

  it("says which directory is in use when a second server wants the same data", async () => {
    const baseDir = join(engine.directory, "restate");
    await expect(startRestateServer({ baseDir, ports: await threePorts() })).rejects.toThrow(
      `Another Restate server uses the data in ${baseDir}: ` +
        "stop it, or set HOLDFAST_DATA_DIR to another directory.",
    );
  });
});

describe("a server that cannot start", () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "holdfast-test-"));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it.each([
    ["ingress", "HOLDFAST_INGRESS_PORT"],
    ["admin", "HOLDFAST_ADMIN_PORT"],
    ["fabric", "HOLDFAST_FABRIC_PORT"],
  ] as const)("names the taken %s port and the setting to change", async (role, setting) => {
    const ports = await threePorts();
    const occupant = createServer().listen(ports[role], "127.0.0.1");
    await once(occupant, "listening");
    await expect(startRestateServer({ baseDir: directory, ports })).rejects.toThrow(
      `Port ${ports[role]} on 127.0.0.1 is taken, and the Restate server needs it for its ` +
        `${role}: stop what listens there, or set ${setting} to a free port.`,
    );
    occupant.close();
  });

  it("names a port that was taken after the check", async () => {
    const occupant = createServer().listen(0, "127.0.0.1");
    await once(occupant, "listening");
    const { port } = occupant.address() as { port: number };
    const start = startRestateServer({
      baseDir: directory,
      ports: await threePorts(),
      env: { RESTATE_ADMIN__BIND_PORT: String(port) },
    });
    await expect(start).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken`);
    occupant.close();
  });

  it("repeats the server's last words for anything else", async () => {
    const start = startRestateServer({
      baseDir: directory,
      ports: await threePorts(),
      env: { RESTATE_DEFAULT_NUM_PARTITIONS: "many" },
    });
    await expect(start).rejects.toThrow(/last words:\n.*found string "many"/);
  });
});

it("the server dies with a process that is killed with SIGKILL", async () => {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-test-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const ports = await threePorts();
  const parent = await spawnProcess(
    new URL("server-parent.ts", import.meta.url),
    ports.ingress,
    {},
    [JSON.stringify(ports), directory],
  );
  expect(await accepts("127.0.0.1", ports.ingress)).toBe(true);
  await parent.kill();
  await vi.waitFor(async () => {
    for (const port of [ports.ingress, ports.admin, ports.fabric]) {
      expect(await accepts("127.0.0.1", port)).toBe(false);
    }
  }, 20_000);
});
