// Owns checking an export, from the file alone (R101): each byte of it follows from what is hashed and
// signed, or is found. It names the first line that is wrong, and counts what came before.
import { createHash } from "node:crypto";
import {
  type EvidencePublicKeys,
  type ExportCheck,
  type ExportLine,
  exportLineSchema,
  type ExportProblem,
} from "../contract/evidence-export.ts";
import { parseSafely } from "../contract/parse-safely.ts";
import { canonicalJson } from "../core/digest.ts";
import { createExportReader } from "./export-reader.ts";
import { type ReadLine, readLines } from "./read-lines.ts";

export type { ExportCheck } from "../contract/evidence-export.ts";

export interface VerifyOptions {
  /** Whose signatures are trusted. Given, an export that none of them signed is not in order. */
  readonly keys?: EvidencePublicKeys;
}

/** Rejects only when reading the source does. */
export async function verifyExport(
  source: AsyncIterable<Uint8Array>,
  options: VerifyOptions = {},
): Promise<ExportCheck> {
  const whole = createHash("sha256");
  const reader = createExportReader(options.keys);
  const before = createHash("sha256");
  let problem: ExportProblem | undefined;
  let line = 0;
  for await (const read of readLines(hashed(source, whole))) {
    line += 1;
    const found = await problemIn(read, reader, () => before.copy().digest("hex"));
    if (found !== undefined) {
      problem = { line, ...found };
      break;
    }
    before.update(read.bytes).update("\n");
  }
  problem ??= endProblem(line, reader.problemAtEnd());
  return {
    ok: problem === undefined,
    ...(problem === undefined ? {} : { problem }),
    ...reader.found(),
    sha256: whole.digest("hex"),
  };
}

function endProblem(lines: number, found: string | undefined): ExportProblem | undefined {
  return found === undefined ? undefined : { line: lines + 1, problem: found };
}

/** All of the source is hashed, also behind what is wrong. */
async function* hashed(
  source: AsyncIterable<Uint8Array>,
  digest: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      digest.update(next.value);
      yield next.value;
    }
  } finally {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
      digest.update(next.value);
  }
}

async function problemIn(
  { bytes, isCut, isTooLong }: ReadLine,
  reader: ReturnType<typeof createExportReader>,
  before: () => string,
): Promise<Omit<ExportProblem, "line"> | undefined> {
  if (isTooLong === true) return { problem: "the line is longer than any of an export" };
  if (isCut === true) return { problem: "the file ends in the middle of this line" };
  try {
    const parsed = parseLine(bytes);
    return typeof parsed === "string" ? { problem: parsed } : await reader.take(parsed, before);
  } catch {
    // Whoever made it up did not have to keep to what the types say, nor to how deep a value is.
    return { problem: "the line is none of an export" };
  }
}

function parseLine(bytes: Uint8Array): ExportLine | string {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    return "the line is not JSON";
  }
  const line = parseSafely(exportLineSchema, value);
  if (!line.success) return "the line is none of an export";
  // Two spellings of one value would be two files with the same evidence.
  return canonicalJson(value) === text ? line.data : "the line is not as an export writes it";
}
