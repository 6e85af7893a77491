// Owns what the command line says without a server: help, versions, exit codes, completion, and what the
// doctor finds. Also that docs/cli.md is about the commands that there are.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { completionsOf } from "../../cli/completion/completions.ts";
import { fishScript } from "../../cli/completion/fish-script.ts";
import { zshScript } from "../../cli/completion/zsh-script.ts";
import { EXIT, exitCodeOf, gravest } from "../../cli/exit-code.ts";
import { safeJson, safeText } from "../../cli/output/safe-text.ts";
import { tableText } from "../../cli/output/table.ts";
import type { Terminal } from "../../cli/output/terminal.ts";
import { createProgram } from "../../cli/program.ts";
import { HOUSE, withFolder } from "../house/folder.ts";
import { run } from "../house/run.ts";
import { freePorts } from "../../services/engine/ports.ts";
import { runCli } from "./support/run-cli.ts";

const same = (text: string) => text;
const QUIET: Terminal = {
  out: () => undefined,
  err: () => undefined,
  progress: () => undefined,
  isInteractive: false,
  dim: same,
  good: same,
  bad: same,
  strong: same,
};
const commands = completionsOf(
  createProgram({
    terminal: QUIET,
    signal: new AbortController().signal,
    endWith: () => undefined,
  }),
);
const page = await readFile(join(HOUSE, "docs/cli.md"), "utf8");

describe("the command line without a server", { timeout: 240_000 }, () => {
  it("shows help where it is asked for, and says what is missing elsewhere", async () => {
    const [bare, help, version, group, unknown] = await Promise.all([
      runCli([]),
      runCli(["--help"], { env: { FORCE_COLOR: "0" } }),
      runCli(["--version"]),
      runCli(["approvals"]),
      runCli(["aprovals"]),
    ]);
    expect(bare).toEqual(help);
    expect(help).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringContaining("approvals"),
    });
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(group).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("approve"),
    });
    expect(unknown).toEqual({
      code: 2,
      stdout: "",
      stderr: "holdfast: unknown command 'aprovals' (Did you mean approvals?)\n",
    });
  });

  it("docs/cli.md has every command and every exit code", () => {
    const leaves = commands.filter(
      ({ path }) => !commands.some((other) => other.path.startsWith(`${path} `)),
    );
    for (const { path } of leaves)
      expect(page, path).toContain(`\`${path.slice("holdfast ".length)}`);
    const said = [...page.matchAll(/^\| (\d+) \| `(\w+)` \|/gm)].map(([, code, name]) => [
      name,
      Number(code),
    ]);
    expect(Object.fromEntries(said)).toEqual(EXIT);
  });

  it("ends by what the API answers, and with several answers by the gravest", () => {
    expect([400, 401, 403, 404, 410, 412, 413, 429, 500, 502, 503, 504].map(exitCodeOf)).toEqual([
      2, 5, 5, 3, 4, 4, 2, 4, 1, 69, 69, 69,
    ]);
    expect(gravest([])).toBe(0);
    expect(gravest([0, 4, 69, 3])).toBe(69);
  });

  it("no text that others wrote moves the cursor, hides or reorders, and JSON means the same", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(safeText(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        expect(safeJson({ text })).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        expect(JSON.parse(safeJson({ text }, 2))).toEqual({ text });
      }),
    );
    expect(safeText("Grüße, 日本 🎉")).toBe("Grüße, 日本 🎉");
  });

  it("a table's columns are as wide as what people see of them", () => {
    const rows = [
      { name: "\u001b[31mé\u001b[39m", what: "x" },
      { name: "long", what: "y" },
    ];
    const text = tableText(
      rows,
      [
        { head: "name", cell: ({ name }) => name },
        { head: "what", cell: ({ what }) => what },
      ],
      same,
    );
    expect(text).toBe("NAME  WHAT\n\u001b[31mé\u001b[39m     x\nlong  y\n");
  });

  it("bash completes commands, flags and choices", async () => {
    const { stdout: script } = await runCli(["completion", "bash"]);
    const complete = async (...words: readonly string[]) => {
      const quoted = words.map((word) => `'${word}'`).join(" ");
      const ask = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _holdfast; echo "\${COMPREPLY[*]}"`;
      return withFolder({ files: { "ask.sh": `${script}\n${ask}` } }, async (folder) => {
        const { code, stdout, stderr } = await run("bash", ["ask.sh"], folder);
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
        return stdout.trim().split(" ");
      });
    };
    expect(await complete("holdfast", "ta")).toEqual(["tasks"]);
    expect(await complete("holdfast", "tasks", "")).toEqual(["list", "show", "removed", "watch"]);
    expect(await complete("holdfast", "tasks", "list", "--sta")).toEqual(["--status"]);
    expect(await complete("holdfast", "send", "a/b", "hi", "--mode", "i")).toEqual(["interrupt"]);
    expect(await complete("holdfast", "pause", "--reason", "")).toEqual([""]);
    expect(await complete("holdfast", "completion", "")).toEqual(["bash", "zsh", "fish"]);
  });

  it.each([
    ["zsh", zshScript],
    ["fish", fishScript],
  ])("%s is given every command and flag", (_, scriptOf) => {
    const script = scriptOf(commands);
    for (const { path, flags } of commands) {
      expect(script).toContain(path);
      for (const { flag } of flags) expect(script).toContain(flag.slice(2));
    }
  });

  it("the doctor says what is wrong, and what to do", async () => {
    const [ingress = 0, admin = 0, fabric = 0] = await freePorts(3);
    const env = {
      HOLDFAST_INGRESS_PORT: String(ingress),
      HOLDFAST_ADMIN_PORT: String(admin),
      HOLDFAST_FABRIC_PORT: String(fabric),
    };
    const [well, wrong, away] = await Promise.all([
      runCli(["doctor"], { env, cwd: HOUSE }),
      runCli(["doctor", "--json"], { env: { ...env, HOLDFAST_URL: "ftp://x", LOG_LEVEL: "loud" } }),
      runCli(["doctor"], { env: { ...env, HOLDFAST_URL: `http://127.0.0.1:${ingress}` } }),
    ]);
    expect(well).toMatchObject({ code: 0, stderr: "" });
    expect(well.stdout).toMatch(/^ok +node +Node 24/);
    expect(well.stdout).toMatch(/ok +server binary/);
    expect(well.stdout).toContain("holdfast dev starts one");
    expect(wrong.code).toBe(1);
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      healthy: false,
      findings: expect.arrayContaining([
        expect.objectContaining({
          status: "failed",
          found: expect.stringMatching(/^HOLDFAST_URL must/),
        }),
        expect.objectContaining({
          status: "failed",
          found: expect.stringMatching(/^LOG_LEVEL must/),
        }),
      ]),
    });
    expect(away).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/failed +gateway .*does not answer/),
    });
  });

  it("verbs and init ask nobody where nobody is", async () => {
    const outcomes = await Promise.all([runCli(["init"]), runCli(["kill", "a/b"])]);
    expect(outcomes.map(({ code, stdout, stderr }) => [code, stdout, stderr])).toEqual([
      [2, "", "holdfast: give the directory of the project\n"],
      [2, "", "holdfast: give --reason: it is part of the record for ever\n"],
    ]);
  });
});
