// Owns the check of an exported file on this machine. What makes one good is evidence/'s.
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import {
  type EvidencePublicKeys,
  evidencePublicKeysSchema,
  type ExportCheck,
} from "../../contract/evidence-export.ts";
import { EXIT } from "../exit-code.ts";
import { safeText } from "../output/safe-text.ts";
import { cliProblem, usage } from "../problem.ts";

/** Rejects where the file cannot be read; whatever is in it is an answer. */
export async function checkFile(
  file: string,
  keys: EvidencePublicKeys | undefined,
): Promise<ExportCheck> {
  const { verifyExport } = await import("../../evidence/verify-export.ts");
  return verifyExport(createReadStream(file), keys === undefined ? {} : { keys }).catch(
    (error: unknown) => refuseFile(file, error),
  );
}

export async function readKeys(file: string): Promise<EvidencePublicKeys> {
  const text = await readFile(file, "utf8").catch((error: unknown) => refuseFile(file, error));
  const parsed = evidencePublicKeysSchema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  throw usage(`${safeText(file)} is no JWK set of Ed25519 public keys`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refuseFile(file: string, error: unknown): never {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT")
    throw cliProblem(EXIT.notFound, "file_not_found", `there is no file ${safeText(file)}`);
  throw cliProblem(
    EXIT.failed,
    "file_unreadable",
    `${safeText(file)} cannot be read (${String(code)})`,
  );
}
