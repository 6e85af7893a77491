// Owns what a child process of the example has in common with the others: it says where it
// serves or why it cannot, and stops when it is told to, or when the process that started it is
// gone, so that nothing is left behind, not even by a SIGKILL of start.ts.

/** What a child says to the process that started it, once. */
export type ChildMessage = { readonly url: string } | { readonly problem: string };

interface Serving {
  readonly url: string;
  stop(): Promise<void>;
}

/** The last call of a child's script. Also runs without a parent, from a terminal. */
export async function serveAsChild(serve: () => Promise<Serving>): Promise<void> {
  const starting = serve();
  const stop = stopWhenTold(starting);
  try {
    const { url } = await starting;
    await say({ url });
  } catch (error) {
    await say({ problem: error instanceof Error ? error.message : String(error) });
    // Whatever is half started does not keep the process.
    process.exit(1);
  }
  // The parent went while this process was being loaded, before anybody listened for that.
  if (process.send !== undefined && !process.connected) await stop();
}

async function say(message: ChildMessage): Promise<void> {
  process.stdout.write(`${"url" in message ? message.url : message.problem}\n`);
  if (process.send === undefined) return;
  await new Promise((sent) => process.send?.(message, undefined, {}, sent));
}

function stopWhenTold(starting: Promise<Serving>): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    // Why it could not start is said elsewhere.
    const serving = await starting.catch(() => undefined);
    await serving?.stop();
    // An open channel to the parent would keep the process.
    if (process.connected) process.disconnect();
  };
  const once = () => (stopping ??= stop());
  for (const event of ["SIGTERM", "SIGINT", "disconnect"] as const)
    process.on(event, () => void once());
  return once;
}
