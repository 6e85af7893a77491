// Owns the choice of ports for the processes of a measurement, all on 127.0.0.1.
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

// Below the range from which the kernel serves outgoing connections: a worker that takes the place
// of another must find its port still free.
const LOWEST_PORT = 15_000;
const HIGHEST_PORT = 32_000;

/** Different ports of 127.0.0.1 that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
