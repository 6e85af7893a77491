// Owns which TCP addresses a process listens on, by what the kernel of Linux says of it.
import { readdir, readFile, readlink } from "node:fs/promises";

const LISTEN = "0A";

/** Each as `address:port`; IPv6 addresses in hexadecimal, as the kernel writes them. */
export async function listenersOf(pid: number): Promise<readonly string[]> {
  const own = await socketsOf(pid);
  const found: string[] = [];
  for (const table of ["tcp", "tcp6"]) {
    // A kernel without IPv6 has no such table.
    const text = await readFile(`/proc/${pid}/net/${table}`, "utf8").catch(() => "");
    const lines = text.trim().split("\n").slice(1);
    for (const line of lines) {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      if (state === LISTEN && own.has(inode)) found.push(addressOf(local));
    }
  }
  return found.toSorted();
}

async function socketsOf(pid: number): Promise<ReadonlySet<string>> {
  const folder = `/proc/${pid}/fd`;
  const inodes = new Set<string>();
  for (const fd of await readdir(folder)) {
    // One that was closed meanwhile is none.
    const target = await readlink(`${folder}/${fd}`).catch(() => "");
    const [, inode] = /^socket:\[(\d+)\]$/.exec(target) ?? [];
    if (inode !== undefined) inodes.add(inode);
  }
  return inodes;
}

function addressOf(local: string): string {
  const [address = "", port = ""] = local.split(":");
  const host =
    address.length === 8
      ? (address.match(/../g) ?? []).toReversed().map(decimal).join(".")
      : address;
  return `${host}:${decimal(port)}`;
}

function decimal(hex: string): string {
  return String(Number.parseInt(hex, 16));
}
