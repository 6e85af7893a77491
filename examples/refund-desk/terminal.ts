// Owns how the example talks to a terminal: its lines, Ctrl-C, and the exit code.

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/**
 * Runs until it is done or somebody presses Ctrl-C, and sets the exit code: 0, or 1 when `run`
 * resolves to false or rejects. What `run` has started it must stop itself before it settles.
 */
export async function runUntilStopped(
  run: (signal: AbortSignal) => Promise<boolean>,
): Promise<void> {
  const stop = new AbortController();
  const stopOnce = () => {
    if (!stop.signal.aborted) say("\nStopping everything that was started ...");
    stop.abort();
  };
  process.on("SIGINT", stopOnce).on("SIGTERM", stopOnce);
  try {
    if (!(await run(stop.signal))) process.exitCode = 1;
  } catch (error) {
    // What was under way when it was stopped fails for that reason.
    if (stop.signal.aborted) return;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  } finally {
    process.off("SIGINT", stopOnce).off("SIGTERM", stopOnce);
    if (stop.signal.aborted) say("Everything is stopped.");
  }
}
