// Owns that no body crashes a handler, hangs it, or comes back in its error: every schema that contract/
// exports, read as handlers read bodies.
import { readdir, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { TerminalError } from "@restatedev/restate-sdk";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ERROR_STATUS } from "../../contract/errors.ts";
import { readBody } from "../../handler/read-body.ts";
import { SEED } from "../support/seed.ts";
import { CONTRACT_MODULES, CONTRACT_SCHEMAS } from "./support/contract-schemas.ts";
import { firstFailure } from "./support/first-failure.ts";
import { bytesOf, CANARY, type Described, hostileJson, nearly } from "./support/hostile-json.ts";

/** Longest error: a caller shall not make us write a book. */
const MAX_ERROR_LENGTH = 4_000;
const BOUND = { maxBytes: 1024 * 1024 };

function describeOf(schema: z.ZodType): Described {
  try {
    return z.toJSONSchema(schema, { unrepresentable: "any" }) as Described;
  } catch {
    return {};
  }
}

/** What is wrong with how a body was taken; nothing as it should be. */
function failureOf(schema: z.ZodType, bytes: Uint8Array): string | undefined {
  try {
    readBody(schema, { bytes }, BOUND);
    return undefined;
  } catch (error) {
    if (!(error instanceof TerminalError)) return `untyped: ${String(error)}`;
    const code = (error as { metadata?: Record<string, string> }).metadata?.["code"] ?? "";
    if (!(code in ERROR_STATUS)) return `no code: ${error.message}`;
    if (error.message.includes(CANARY)) return `quoted: ${error.message.slice(0, 300)}`;
    return error.message.length > MAX_ERROR_LENGTH ? "a long error" : undefined;
  }
}

describe(`R41 R44 any body, seed ${SEED}`, () => {
  it("every file of contract/ with a schema is in support/contract-schemas.ts", async () => {
    const folder = resolve(import.meta.dirname, "../../contract");
    const missing: string[] = [];
    for (const name of await readdir(folder)) {
      const text = name.endsWith(".ts") ? await readFile(resolve(folder, name), "utf8") : "";
      const exports = /^export const \w*[sS]chema\b/m.test(text);
      if (exports && !(name in CONTRACT_MODULES)) missing.push(name);
    }
    expect(missing).toEqual([]);
    expect(CONTRACT_SCHEMAS.length).toBeGreaterThan(50);
  });

  it.each(CONTRACT_SCHEMAS)("R44 is taken or refused by %s, in words of ours", (_, schema) => {
    const bodies = bytesOf(fc.oneof(nearly(describeOf(schema)), hostileJson));
    expect(firstFailure(bodies, (bytes) => failureOf(schema, bytes), 60)).toBeUndefined();
  });
});
