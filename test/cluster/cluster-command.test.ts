// Owns `holdfast cluster` as a process: what it refuses, and with HOLDFAST_CLUSTER=1 that nodes which
// are killed come back, and that Ctrl-C leaves none behind.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { freePorts } from "../../services/engine/ports.ts";
import { freeRange } from "./support/free-range.ts";

const CLI = join(import.meta.dirname, "../../cli/holdfast.ts");
const CLUSTER = process.env["HOLDFAST_CLUSTER"] === "1";
const PATIENCE = { timeout: 60_000, interval: 100 };

function cluster(...args: readonly string[]): Promise<{ code: unknown; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, "cluster", ...args], (error, _, stderr) => {
      resolve({ code: error?.code ?? 0, stderr });
    });
  });
}

it("says which option cannot be, and what it takes", async () => {
  const [port, bucket] = await Promise.all([
    cluster("--ports", "65530"),
    cluster("--snapshots", "file:///tmp"),
  ]);
  expect(port).toMatchObject({ code: 2, stderr: expect.stringMatching(/--ports.*1 to 65526/) });
  expect(bucket).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--snapshots.*s3:\/\/bucket/),
  });
});

it.skipIf(!CLUSTER)(
  "F36 starts what is killed again, and nothing is left of it after Ctrl-C",
  { timeout: 180_000 },
  async () => {
    const directory = await mkdtemp(join(tmpdir(), "holdfast-cluster-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const [ingress = 0, admin = 0] = await freePorts(2);
    const ports = { dir: directory, ingress, admin, ports: await freeRange(10) };
    const args = Object.entries(ports).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = spawn(process.execPath, [CLI, "cluster", ...args], { stdio: "pipe" });
    onTestFinished(() => void child.kill("SIGKILL"));
    const exited = once(child, "exit");
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    const pidsOf = (name: string) =>
      [...said.matchAll(new RegExp(`^${name} +pid (\\d+) `, "gm"))].map(([, pid]) => Number(pid));
    await vi.waitFor(() => expect(pidsOf("n3")).toHaveLength(1), PATIENCE);

    process.kill(pidsOf("n2")[0] ?? 0, "SIGKILL");
    await vi.waitFor(() => expect(pidsOf("n2")).toHaveLength(2), PATIENCE);
    expect((await fetch(`http://127.0.0.1:${ingress}/restate/health`)).status).toBe(200);
    expect(await readFile(join(directory, "n2.log"), "utf8")).toMatch(/Starting Restate Server/);

    child.kill("SIGINT");
    expect(await exited).toEqual([0, null]);
    const pids = ["n1", "n2", "n3"].flatMap(pidsOf);
    expect(pids).toHaveLength(4);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  },
);
