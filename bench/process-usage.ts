// Owns what a process or a directory takes of the machine. Linux only: it reads /proc.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** Milliseconds of CPU per tick of /proc: USER_HZ is 100 on every Linux that Node runs on. */
const TICK_MS = 10;

/** CPU that a process has used so far, in milliseconds, user and system. */
export async function cpuMs(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8");
  // Fields behind the name, which is in parentheses and may hold spaces; see proc(5).
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Resident memory in bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, "utf8");
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1];
  if (kilobytes === undefined) throw new Error(`process ${pid} is gone`);
  return Number(kilobytes) * 1024;
}

/** File descriptors that a process has open. */
export async function openFiles(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}

export interface DiskUse {
  /** As `du` counts: what the files take on the disk, preallocated space included. */
  readonly allocated: number;
  /** As `du --apparent-size` counts: the length of the files. */
  readonly length: number;
}

/** Of all files below a directory, in bytes. */
export async function diskUse(directory: string): Promise<DiskUse> {
  let allocated = 0;
  let length = 0;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    // A database removes files whenever it likes.
    const found = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
    allocated += (found?.blocks ?? 0) * 512;
    length += found?.size ?? 0;
  }
  return { allocated, length };
}
