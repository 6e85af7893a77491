// Owns a pseudo-terminal with a program in it, as a person has one: `script` of util-linux, which every Linux
// has. What is typed goes in as keys, and what is on the screen comes out without colours.
import { spawn, spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { stripVTControlCharacters } from "node:util";
import { expect, vi } from "vitest";
import { PATIENCE } from "../../agent/support/task.ts";

export interface PseudoTerminal {
  type(keys: string): void;
  said(): string;
  /** Resolves when this is on the screen, behind what was there when it was typed last. */
  until(text: string | RegExp): Promise<void>;
  /** The program's exit code. */
  readonly outcome: Promise<number | null>;
}

const SCRIPT = "script";

export const KEYS = { enter: "\r", tab: "\t", interrupt: "\u0003", clear: "\u0015" } as const;

/** Whether these can be started here. */
export function canRun(...commands: readonly string[]): boolean {
  return commands.every((command) => spawnSync("which", [command]).status === 0);
}

export function openTerminal(
  command: readonly string[],
  { env = {}, cwd = tmpdir() }: { env?: Readonly<Record<string, string>>; cwd?: string } = {},
): PseudoTerminal {
  const quoted = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(" ");
  // One of no size would break each line after a character.
  const sized = `stty cols 120 rows 40; exec ${quoted}`;
  const child = spawn(SCRIPT, ["-qefc", sized, "/dev/null"], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", TERM: "xterm", SHELL: "/bin/sh", HOME: cwd, ...env },
  });
  let output = "";
  let typedAt = 0;
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  const screen = (from = 0): string => stripVTControlCharacters(output.slice(from));
  return {
    type(keys) {
      typedAt = output.length;
      child.stdin.write(keys);
    },
    said: () => screen(),
    until: (text) =>
      vi.waitFor(() => {
        expect(screen(typedAt)).toMatch(text);
      }, PATIENCE),
    outcome: new Promise((resolve) => {
      child.once("close", resolve);
    }),
  };
}
