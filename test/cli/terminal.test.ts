// Owns what a person meets at a terminal: questions that are asked there, and completion by the shells
// themselves. `script` gives the terminal; what is not installed is skipped, and its title says how to have it.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { PATIENCE } from "../agent/support/task.ts";
import { type GatewayScene, openGatewayScene } from "../gateway/support/gateway-scene.ts";
import { canRun, KEYS, openTerminal, type PseudoTerminal } from "./support/pseudo-terminal.ts";
import { runCli } from "./support/run-cli.ts";

const HOLDFAST = new URL("../../cli/holdfast.ts", import.meta.url).pathname;

describe.skipIf(!canRun("script"))("at a terminal (needs script: apt-get install bsdutils)", () => {
  let scene: GatewayScene;
  beforeAll(async () => {
    scene = await openGatewayScene();
  });
  afterAll(() => scene.stop());

  const begin = async (id: string): Promise<void> => {
    const path = `/v1/agents/desk/tasks/${id}`;
    const as = scene.keyOf("acme");
    await scene.call(`${path}/start`, { method: "POST", as, body: { message: "question" } });
    await vi.waitFor(async () => expect(await statusOf(id)).toBe("waiting-event"), PATIENCE);
  };
  const statusOf = async (id: string): Promise<unknown> => {
    const as = scene.keyOf("acme");
    return (await scene.call(`/v1/agents/desk/tasks/${id}/status`, { as })).body["status"];
  };
  const holdfast = (...args: readonly string[]): PseudoTerminal =>
    openTerminal([process.execPath, HOLDFAST, ...args], {
      env: {
        HOLDFAST_URL: scene.url,
        HOLDFAST_KEY: scene.keyOf("acme"),
        NODE_NO_WARNINGS: "1",
      },
    });

  it("R73 a reason that is missing is asked for, until there is one", async () => {
    await begin("asked");
    const terminal = holdfast("pause", "desk/asked");
    await terminal.until("Why?");
    terminal.type(KEYS.enter);
    await terminal.until("Must not be empty.");
    terminal.type(`the customer calls back${KEYS.enter}`);
    await terminal.until(/desk\/asked: pause .*the task is paused/);
    expect(await terminal.outcome).toBe(0);
    const path = "/v1/agents/desk/tasks/asked/events?limit=500";
    const { text } = await scene.call(path, { as: scene.keyOf("acme") });
    expect(text).toContain('"reason":"the customer calls back"');
  }, 120_000);

  it("R72 many tasks are touched after a yes, and not by Enter alone or by Ctrl-C", async () => {
    await begin("bulk");
    const act = () => holdfast("pause", "--status", "waiting-event", "--reason", "a drill");
    for (const [keys, code] of [
      [KEYS.enter, 0],
      [KEYS.interrupt, 130],
    ] as const) {
      const terminal = act();
      await terminal.until(/pause (it|all of them)\?/);
      terminal.type(keys);
      expect(await terminal.outcome).toBe(code);
      expect(terminal.said()).toContain("desk/bulk");
      expect(await statusOf("bulk")).toBe("waiting-event");
    }
    const terminal = act();
    await terminal.until(/pause (it|all of them)\?/);
    terminal.type("y");
    expect(await terminal.outcome).toBe(0);
    await vi.waitFor(async () => expect(await statusOf("bulk")).toBe("paused"), PATIENCE);
  }, 120_000);
});

describe("completion, by the shell itself", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "holdfast-shell-"));
    for (const [shell, file] of [
      ["zsh", "_holdfast"],
      ["fish", "holdfast.fish"],
    ] as const) {
      const { code, stdout } = await runCli(["completion", shell]);
      if (code !== 0) throw new Error(`completion ${shell} ended with ${code}`);
      await writeFile(join(folder, file), stdout);
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.skipIf(!canRun("script", "zsh"))(
    "zsh, by the Tab key (needs zsh: apt-get install zsh)",
    async () => {
      const shell = openTerminal(["zsh", "-f", "-i"], { cwd: folder });
      shell.type(`autoload -Uz compinit; compinit -u -D; source ./_holdfast; print re"ad"y\r`);
      await shell.until(/^ready/m);
      shell.type(`holdfast ta${KEYS.tab}`);
      await shell.until("sks ");
      shell.type(KEYS.tab);
      await shell.until(/list\s.*show\s+watch/);
      shell.type(`${KEYS.clear}holdfast send a/b hi --mode i${KEYS.tab}`);
      await shell.until("nterrupt");
      shell.type(`${KEYS.clear}exit 0${KEYS.enter}`);
      expect(await shell.outcome).toBe(0);
      expect(shell.said()).not.toMatch(/command not found|parse error|bad pattern/);
    },
    120_000,
  );

  it.skipIf(!canRun("fish"))("fish (needs fish: apt-get install fish)", async () => {
    const complete = async (line: string): Promise<readonly string[]> => {
      const ask = `source ./holdfast.fish; complete -C '${line}'`;
      const { stdout, stderr } = await promisify(execFile)("fish", ["--no-config", "-c", ask], {
        cwd: folder,
        env: { PATH: process.env["PATH"] ?? "", HOME: folder, TERM: "dumb" },
      });
      expect(stderr).toBe("");
      return stdout.split("\n").flatMap((row) => row.split("\t")[0] || []);
    };
    expect(await complete("holdfast ta")).toEqual(["tasks"]);
    expect(await complete("holdfast tasks ")).toEqual(
      expect.arrayContaining(["list", "show", "watch"]),
    );
    expect(await complete("holdfast tasks list --sta")).toEqual(["--status"]);
    expect(await complete("holdfast send a/b hi --mode i")).toEqual(["interrupt"]);
    expect(await complete("holdfast completion ")).toEqual(["bash", "fish", "zsh"]);
  });
});
