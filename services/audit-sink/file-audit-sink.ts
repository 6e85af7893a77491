// Owns the audit sink that is a file: one JSON line per event, appended and synced before it counts
// as kept. Several workers may append to one file; it may be moved away at any time (rotation).
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import type { AuditRecord, AuditSink } from "../../contract/audit.ts";

export interface FileAuditSinkOptions {
  /** Its folder must be there: a sink that is not mounted is an outage, and no new folder. */
  readonly path: string;
}

/**
 * A line that a crash has cut short does not parse, and the event follows again on a line of its
 * own: readers pass over what is no JSON, and take each `id` once.
 */
export function createFileAuditSink({ path }: FileAuditSinkOptions): AuditSink {
  return {
    name: path,
    async write(records) {
      const file = await open(path, "a+");
      try {
        const { size } = await file.stat();
        const isTorn = size > 0 && (await byteAt(file, size - 1)) !== NEWLINE;
        const bytes = Buffer.from(`${isTorn ? "\n" : ""}${linesOf(records)}`);
        // One system call, so that lines of several writers do not mingle.
        const { bytesWritten } = await file.write(bytes);
        if (bytesWritten !== bytes.length) throw new Error(`the disk under ${path} is full`);
        await file.datasync();
        if (size === 0) await syncFolder(dirname(path));
      } finally {
        await file.close();
      }
    },
  };
}

const NEWLINE = 0x0a;

function linesOf(records: readonly AuditRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

type File = Awaited<ReturnType<typeof open>>;

async function byteAt(file: File, position: number): Promise<number | undefined> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, position);
  return buffer[0];
}

/** A file that is new is not there after a crash unless its folder says so. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
