// Owns the choice and the check of the TCP ports of a Restate server that we start. Does not
// hold them: between the check and the server's own bind somebody else may take one, which
// restate-server.ts reads from the server's last words.
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** All on 127.0.0.1. The fabric carries the server's talk with itself, and its metrics. */
export interface ServerPorts {
  readonly ingress: number;
  readonly admin: number;
  readonly fabric: number;
}

const SETTING: Readonly<Record<keyof ServerPorts, string>> = {
  ingress: "HOLDFAST_INGRESS_PORT",
  admin: "HOLDFAST_ADMIN_PORT",
  fabric: "HOLDFAST_FABRIC_PORT",
};
const ROLES = ["ingress", "admin", "fabric"] as const;

// Below the range from which the kernel serves outgoing connections, so that none of those
// takes a port between its choice and its use.
const LOWEST = 15_000;
const HIGHEST = 32_000;

/** So many different ports of 127.0.0.1 that were free a moment ago. For tests. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries += 1) {
    if (tries > 100 * count) throw new Error(`found no ${count} free ports on 127.0.0.1`);
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

/** Rejects with one sentence that names the first port that is taken and what to change. */
export async function assertFree(ports: ServerPorts): Promise<void> {
  for (const role of ROLES) {
    if (!(await isFree(ports[role]))) throw portTaken(ports, ports[role]);
  }
}

/** The error for a port that somebody else listens on. */
export function portTaken(ports: ServerPorts, port: number): Error {
  const role = ROLES.find((name) => ports[name] === port);
  if (role === undefined) return new Error(`Port ${port} on 127.0.0.1 is taken.`);
  return new Error(
    `Port ${port} on 127.0.0.1 is taken, and the Restate server needs it for its ${role}: ` +
      `stop what listens there, or set ${SETTING[role]} to a free port.`,
  );
}

/** Whether nobody listens on 127.0.0.1 there, a moment ago. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      probe.close(() => {
        resolve(true);
      });
    });
  });
}
