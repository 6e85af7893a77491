// Owns the marks of a worker process: what happened, when, and how many bytes the process had
// exchanged with the server by then. Counted at the sockets, so that nothing of the worker has to
// be changed for it.
import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { now } from "./clock.ts";
import type { Mark, WorkerMessage } from "./orders.ts";

const sockets = new Set<Socket>();

/** Counts the bytes of all connections that are accepted from now on. */
export function countWireBytes(): void {
  subscribe("net.server.socket", (message) => {
    sockets.add((message as { socket: Socket }).socket);
  });
}

function wireBytes(): number {
  let bytes = 0;
  for (const socket of sockets) bytes += socket.bytesRead + socket.bytesWritten;
  return bytes;
}

export function mark(kind: Mark["kind"], label: string, step: number): void {
  say({ mark: { kind, label, step, at: now(), wireBytes: wireBytes() } });
}

export function say(message: WorkerMessage): void {
  process.send?.(message);
}
