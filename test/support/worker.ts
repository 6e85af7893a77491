// Owns the inside of a worker process that test/support/worker-process.ts spawned: where it
// listens, how it says that it serves, and how it tells the test what happens in it.
import { type EndpointServices, listen } from "./endpoint.ts";

/** Serves on the port that the test chose, and says so. The last line of a worker file. */
export async function serveWorker(services: EndpointServices): Promise<void> {
  const { port } = await listen(services, Number(process.argv[2]));
  await report({ serving: port });
}

/** Sends a message to the test, which sees it as `worker.messages`; settles once it is written. */
export function report(message: unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    if (process.send === undefined) reject(new Error("not started by spawnWorker"));
    else process.send(message, undefined, {}, (error) => (error ? reject(error) : resolve()));
  });
}

// A worker must not outlive its test, however that ends.
process.once("disconnect", () => process.exit(0));
