// Owns the export of one task that the tests of its check change: as bytes, as lines, and with everything
// made to fit that somebody without the key could make fit.
import type { ExportCheck } from "../../../contract/evidence-export.ts";
import { canonicalJson, sha256 } from "../../../core/digest.ts";
import { verifyExport } from "../../../evidence/verify-export.ts";
import { bodies, exported, KEYS, sealed, sourceOf, streamOf } from "./sealed-task.ts";

export const SALT = "a secret of the task";
export const LOG = sealed(bodies(), SALT);
export const FILE = await exported(sourceOf(LOG));
export const LINES = linesOf(FILE);

export function linesOf(file: Buffer): readonly string[] {
  return file.toString().trimEnd().split("\n");
}

export function fileOf(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(""));
}

export function verify(file: Uint8Array, keys = KEYS): Promise<ExportCheck> {
  return verifyExport(streamOf(file), { keys });
}

/** The file with a log of somebody's own making, and everything that can be made to fit it. */
export function refitted(lines: readonly string[]): Buffer {
  const rest = lines.slice(0, -1);
  const { end } = JSON.parse(lines.at(-1) ?? "") as { end: object };
  const before = sha256(rest.map((line) => `${line}\n`).join(""));
  const events = rest.filter((line) => line.startsWith('{"event"')).length;
  return fileOf([...rest, canonicalJson({ end: { ...end, events, sha256: before } })]);
}
