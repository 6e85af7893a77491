// Owns the proof that each lint rule of the house is on: one bad file per rule, and a good one
// beside it where the rule could refuse too much.
import { beforeAll, describe, expect, it } from "vitest";
import { type Complaint, lintProject } from "./lint-project.ts";

const lines = (count: number, line: string): string => `${line}\n`.repeat(count);
const functionOf = (count: number): string =>
  `export function long(): void {\n${lines(count - 2, "  void 0;")}}\n`;

/** What is refused: the rule, the file, its text. */
const BAD: readonly (readonly [rule: string, file: string, text: string])[] = [
  // Imports; which one is allowed where is import-table.test.ts's.
  [
    "house(import-table)",
    "core/value.ts",
    `import { serve } from "../services/server.ts";\nserve();\n`,
  ],
  [
    "house(import-table)",
    "core/type.ts",
    `import type { App } from "../services/server.ts";\nexport type A = App;\n`,
  ],
  [
    "house(import-table)",
    "core/type-of.ts",
    `export type A = import("../services/server.ts").App;\n`,
  ],
  ["house(import-table)", "core/re-export.ts", `export { serve } from "../services/server.ts";\n`],
  ["house(import-table)", "core/re-export-all.ts", `export * from "../services/server.ts";\n`],
  [
    "house(import-table)",
    "core/dynamic.ts",
    `export const load = () => import("../services/server.ts");\n`,
  ],
  [
    "house(import-table)",
    "core/computed.ts",
    `export const load = (path: string) => import(path);\n`,
  ],
  [
    "house(import-table)",
    "core/package.ts",
    `import pino from "pino";\nexport const log = pino();\n`,
  ],
  [
    "house(import-table)",
    "core/built-in.ts",
    `import { readFileSync } from "node:fs";\nreadFileSync("x");\n`,
  ],
  [
    "house(import-table)",
    "contract/interface.ts",
    `import { serde } from "@restatedev/restate-sdk-core";\nserde;\n`,
  ],
  ["house(import-table)", "attic/room.ts", `import { z } from "zod";\nz.string();\n`],
  [
    "typescript(no-require-imports)",
    "services/store/require.ts",
    `const fs = require("node:fs");\nfs;\n`,
  ],
  [
    "import(no-cycle)",
    "core/cycle-one.ts",
    `import type { Two } from "./cycle-two.ts";\nexport type One = Two[];\n`,
  ],
  [
    "import(no-cycle)",
    "core/cycle-two.ts",
    `import type { One } from "./cycle-one.ts";\nexport type Two = One[];\n`,
  ],

  // Files.
  ["eslint(max-lines)", "core/long-file.ts", lines(301, "// A comment counts.")],
  ["eslint(max-lines)", "test/area/long.test.ts", lines(301, "")],
  ["eslint(max-lines-per-function)", "core/long-function.ts", functionOf(61)],
  ["unicorn(filename-case)", "core/camelCase.ts", "export const a = 1;\n"],
  ["house(room-names)", "core/utils/text.ts", "export const a = 1;\n"],
  ["house(room-names)", "services/shared/text.ts", "export const a = 1;\n"],
  ["house(room-names)", "core/helpers.ts", "export const a = 1;\n"],
  ["house(room-names)", "test/common/text.ts", "export const a = 1;\n"],
  ["import(no-default-export)", "core/default.ts", "export default 1;\n"],

  // Types, promises, the environment.
  ["typescript(no-explicit-any)", "core/any.ts", "export const a: any = 1;\n"],
  [
    "typescript(no-unsafe-return)",
    "core/from-json.ts",
    "export const a = (s: string) => JSON.parse(s);\n",
  ],
  [
    "typescript(no-floating-promises)",
    "services/store/floating.ts",
    "export async function a(): Promise<void> {}\na();\n",
  ],
  [
    "typescript(no-misused-promises)",
    "services/store/misused.ts",
    "declare function a(): Promise<boolean>;\nexport const b = a() ? 1 : 2;\n",
  ],
  [
    "typescript(switch-exhaustiveness-check)",
    "core/switch.ts",
    `export function a(b: "x" | "y"): void {\n  switch (b) {\n    case "x":\n  }\n}\n`,
  ],
  ["eslint(no-restricted-properties)", "services/store/env.ts", "export const a = process.env;\n"],
  [
    "eslint(no-restricted-properties)",
    "services/store/env-taken.ts",
    "export const { env } = process;\n",
  ],
  [
    "eslint(no-restricted-properties)",
    "examples/shop/env.ts",
    `export const a = process.env["KEY"];\n`,
  ],
  [
    "house(import-table)",
    "services/store/env-imported.ts",
    `import { env } from "node:process";\nenv;\n`,
  ],
  ["eslint(no-console)", "services/store/console.ts", `console.log("x");\n`],

  // Determinism, in the rooms that are replayed.
  ...["core", "objects/agent"].flatMap((room) =>
    [
      ["date-now", "eslint(no-restricted-globals)", "Date.now()"],
      ["new-date", "eslint(no-restricted-globals)", "new Date()"],
      ["global-date", "eslint(no-restricted-globals)", "globalThis.Date.now()"],
      ["performance", "eslint(no-restricted-globals)", "performance.now()"],
      ["uuid", "eslint(no-restricted-globals)", "crypto.randomUUID()"],
      ["fetch", "eslint(no-restricted-globals)", `fetch("http://127.0.0.1")`],
      ["process", "eslint(no-restricted-globals)", "process.pid"],
      ["timeout", "eslint(no-restricted-globals)", "setTimeout(() => {}, 1)"],
      ["interval", "eslint(no-restricted-globals)", "setInterval(() => {}, 1)"],
      ["immediate", "eslint(no-restricted-globals)", "setImmediate(() => {})"],
      ["microtask", "eslint(no-restricted-globals)", "queueMicrotask(() => {})"],
      ["random", "eslint(no-restricted-properties)", "Math.random()"],
      ["promise-all", "eslint(no-restricted-properties)", "Promise.all([])"],
      ["promise-race", "eslint(no-restricted-properties)", "Promise.race([])"],
      ["promise-any", "eslint(no-restricted-properties)", "Promise.any([])"],
      ["promise-all-settled", "eslint(no-restricted-properties)", "Promise.allSettled([])"],
      ["signal-timeout", "eslint(no-restricted-properties)", "AbortSignal.timeout(1)"],
      ["locale", "eslint(no-restricted-properties)", `"a".localeCompare("b")`],
      ["then", "promise(prefer-await-to-then)", "Promise.resolve(1).then((a) => a)"],
    ].map(([name, rule = "", expression]): [string, string, string] => [
      rule,
      `${room}/${name}.ts`,
      `export const a = ${expression};\n`,
    ]),
  ),
];

/** What may stand, and looks like something that may not. */
const GOOD: Readonly<Record<string, string>> = {
  "contract/interface-only.ts": `import { iface } from "@restatedev/restate-sdk-core";\nexport const a = iface;\n`,
  "core/digest.ts": `import { createHash } from "node:crypto";\nexport const a = createHash("sha256");\n`,
  "core/shared-call.ts": "export const a = 1;\n",
  "core/full-file.ts": `export const a = 1;\n${lines(299, "// A comment counts.")}`,
  "core/full-function.ts": functionOf(60),
  "services/config.ts": `export const a = process.env["PORT"];\n`,
  "services/store/clock.ts": "export const a = Date.now();\n",
  "test/area/long-describe.test.ts": functionOf(200),
};

describe("the linter", () => {
  let complaints: readonly Complaint[];
  beforeAll(async () => {
    const bad = BAD.map(([, file, text]): [string, string] => [file, text]);
    complaints = await lintProject({ ...Object.fromEntries(bad), ...GOOD });
  });

  it.each(BAD)("%s refuses %s", (rule, file) => {
    expect(complaints.filter((complaint) => complaint.file === file)).toContainEqual(
      expect.objectContaining({ rule }),
    );
  });

  it.each(Object.keys(GOOD))("accepts %s", (file) => {
    expect(complaints.filter((complaint) => complaint.file === file)).toEqual([]);
  });

  it("names the file, the import and what would be allowed", () => {
    const complaint = complaints.find(({ file }) => file === "core/value.ts");
    expect(complaint?.message).toBe(
      'core/value.ts may not import services/server.ts ("../services/server.ts"): ' +
        "core/** may import core/**, contract/** and nothing else.",
    );
  });
});
