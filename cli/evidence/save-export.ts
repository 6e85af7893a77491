// Owns writing an export to a file: under another name until it is there to its end and in order, since a
// gateway that fails in the middle can only cut it.
import { open, rename, rm, stat } from "node:fs/promises";
import type { ExportCheck } from "../../contract/evidence-export.ts";
import type { Cli } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { safeText } from "../output/safe-text.ts";
import { cliProblem, interrupted } from "../problem.ts";
import type { TaskName } from "../tasks/name-task.ts";
import { checkFile } from "./check-file.ts";

/** An id may have slashes, and be a step of a path. */
export function fileNameOf({ taskId }: TaskName): string {
  return `${encodeURIComponent(taskId)}.holdfast.jsonl`;
}

/** Rejects, and leaves no file, where the export is not whole. Never writes over a file. */
export async function saveExport(
  { terminal, signal }: Cli,
  response: Response,
  file: string,
): Promise<ExportCheck> {
  const partial = `${file}.partial`;
  try {
    if (await isThere(file))
      throw cliProblem(
        EXIT.refused,
        "file_exists",
        `${safeText(file)} is there; give another --out`,
      );
    // It holds what was said and done: for who exports it alone.
    const target = await open(partial, "w", 0o600);
    let bytes = 0;
    try {
      // What fetch answers is made of bytes; its type does not say so.
      for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        bytes += chunk.byteLength;
        terminal.progress(`${bytes} bytes`);
        await target.writeFile(chunk);
      }
      await target.sync();
    } finally {
      await target.close();
    }
    const check = await checkFile(partial, undefined);
    if (!check.ok) throw notWhole(check);
    await rename(partial, file);
    return check;
  } catch (error) {
    await response.body?.cancel().catch(() => undefined);
    await rm(partial, { force: true });
    if (signal.aborted) throw interrupted();
    throw error;
  }
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

function notWhole({ problem }: ExportCheck): Error {
  const sentence = `the export is not whole (line ${problem?.line}: ${safeText(problem?.problem ?? "")}); try again`;
  return cliProblem(EXIT.failed, "export_not_whole", sentence);
}
