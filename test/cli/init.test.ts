// Owns that `holdfast init` makes a project that runs: installed from what `npm pack` makes, type-checked,
// its test green, and started by one command, which serves it, starts it anew when a file changes, and
// leaves nothing behind.
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { freePorts } from "../../services/engine/ports.ts";
import { PATIENCE } from "../agent/support/task.ts";
import { HOUSE } from "../house/folder.ts";
import { type Outcome, run } from "../house/run.ts";

const LONG = { ...PATIENCE, timeout: 60_000 };

describe("a project that init has made", { timeout: 240_000 }, () => {
  let folder: string;
  let project: string;
  let made: Outcome;
  const bin = () => join(project, "node_modules/holdfast/dist/cli/holdfast.js");

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "holdfast-init-"));
    const installed = await packed(folder);
    project = join(folder, "my-agent");
    // As `npx` would run it, before there is a project.
    made = await run("node", [join(installed, "dist/cli/holdfast.js"), "init", project], folder);
    await install(project, installed);
  }, 240_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("has the versions that go together, and nothing left to fill in", async () => {
    expect(made).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringContaining("npm start"),
    });
    const manifest = await readFile(join(project, "package.json"), "utf8");
    expect(JSON.parse(manifest)).toMatchObject({
      name: "my-agent",
      dependencies: { holdfast: "0.1.0" },
    });
    expect(manifest + (await readFile(join(project, "README.md"), "utf8"))).not.toContain("{{");
    expect(await readFile(join(project, ".gitignore"), "utf8")).toContain("node_modules/");
    const again = await run("node", [bin(), "init", project], folder);
    expect(again).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/^holdfast: .* is not empty/),
    });
  });

  it("compiles, and its test is green", async () => {
    const tsc = join(HOUSE, "node_modules/typescript/bin/tsc");
    expect(await run("node", [tsc, "--noEmit"], project)).toMatchObject({ code: 0, stdout: "" });
    const args = ["--disable-warning=ExperimentalWarning", "--test"];
    const tested = await run("node", args, project);
    expect(tested).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/pass 1\n[^]*fail 0\n/),
    });
  });

  it("is started by one command, goes on with changed code, and ends with Ctrl-C", async () => {
    const [ingress = 0, admin = 0, fabric = 0, worker = 0, gateway = 0] = await freePorts(5);
    const env = {
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      HOLDFAST_INGRESS_PORT: String(ingress),
      HOLDFAST_ADMIN_PORT: String(admin),
      HOLDFAST_FABRIC_PORT: String(fabric),
      HOLDFAST_WORKER_PORT: String(worker),
      HOLDFAST_GATEWAY_PORT: String(gateway),
    };
    const dev = spawn("node", [bin(), "dev", "src/worker.ts"], { cwd: project, env });
    let said = "";
    dev.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise((resolve) => dev.once("close", resolve));
    const ask = async (path: string, body?: object) => {
      const init = { method: "POST", headers: { "content-type": "application/json" } };
      const at = `http://127.0.0.1:${gateway}/v1/agents/clerk/tasks/${path}`;
      const answer = await (body === undefined
        ? fetch(at)
        : fetch(at, { ...init, body: JSON.stringify(body) }));
      return (await answer.json()) as Readonly<Record<string, unknown>>;
    };
    try {
      await vi.waitFor(() => expect(said).toContain("Agents    clerk"), LONG);
      const started = spawn("node", [bin(), "start", "clerk/l-1", "Write to Ada."], {
        cwd: project,
        env,
      });
      expect(await new Promise((resolve) => started.once("close", resolve))).toBe(0);
      await vi.waitFor(
        async () => expect(await ask("l-1/status")).toMatchObject({ status: "waiting-approval" }),
        LONG,
      );
      const agent = join(project, "src/agent.ts");
      const code = await readFile(agent, "utf8");
      await writeFile(agent, code.replace(`version: "1"`, `version: "2"`));
      let next = 1;
      await vi.waitFor(
        async () => {
          // A new one each time: one that waits stays with the version that asked.
          const task = `l-${(next += 1)}`;
          await ask(`${task}/ask`, { message: "And to Bob.", timeoutMs: 500 });
          expect(await ask(`${task}/status`)).toMatchObject({ agentVersion: "2" });
        },
        { ...LONG, interval: 200 },
      );
    } finally {
      dev.kill("SIGINT");
    }
    expect(await ended).toBe(0);
    // Nothing of it is left: not the server, not the app.
    for (const port of [admin, worker, gateway])
      await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow("fetch failed");
  });
});

/** What `npm pack` makes of the house, unpacked as npm would install it; resolves to its folder. */
async function packed(folder: string): Promise<string> {
  // A build of its own: the house's dist/ is another test's.
  const stage = join(folder, "stage");
  await mkdir(stage);
  const tsc = join(HOUSE, "node_modules/typescript/bin/tsc");
  const built = ["-p", join(HOUSE, "tsconfig.build.json"), "--outDir", join(stage, "dist")];
  expect(await run("node", [tsc, ...built], folder)).toMatchObject({ code: 0 });
  for (const each of ["package.json", "LICENSE", "README.md", "restate.toml", "templates"])
    await cp(join(HOUSE, each), join(stage, each), { recursive: true });
  const pack = await run("npm", ["pack", "--silent", "--ignore-scripts"], stage);
  expect(pack.code, pack.stderr).toBe(0);
  const installed = join(folder, "npx/node_modules/holdfast");
  await mkdir(installed, { recursive: true });
  const tar = ["-xzf", pack.stdout.trim(), "-C", installed, "--strip-components=1"];
  expect(await run("tar", tar, stage)).toMatchObject({ code: 0 });
  await linkPackages(join(folder, "npx/node_modules"));
  return installed;
}

/** As `npm install` does, without a registry. */
async function install(project: string, holdfast: string): Promise<void> {
  const modules = join(project, "node_modules");
  await linkPackages(modules);
  await cp(holdfast, join(modules, "holdfast"), { recursive: true });
}

/** The packages of the house, beside one another. */
async function linkPackages(modules: string): Promise<void> {
  const { dependencies, peerDependencies } = JSON.parse(
    await readFile(join(HOUSE, "package.json"), "utf8"),
  ) as Readonly<Record<"dependencies" | "peerDependencies", Readonly<Record<string, string>>>>;
  const names = [...Object.keys({ ...dependencies, ...peerDependencies }), "@types/node"];
  for (const name of names) {
    const place = join(modules, name);
    await mkdir(dirname(place), { recursive: true });
    await symlink(join(HOUSE, "node_modules", name), place);
  }
}
