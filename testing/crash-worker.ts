// Owns the inside of a worker process that the crash runner kills: it serves the user's app where
// it is told to, and dies by its own hand at the journal entry that it is told.
import { flushCompileCache } from "node:module";
import type { App } from "../index.ts";
import { listen } from "../services/worker/worker-server.ts";
import type { CrashSettings, FromWorker, ToWorker } from "./crash/crash-messages.ts";
import { createEntryWatch } from "./crash/entry-watch.ts";

export type { CrashSettings } from "./crash/crash-messages.ts";

/**
 * The last line of a worker file for `crashAtEveryEntry`: serves the app that `makeApp` puts
 * together. Rejects when the file was not started by the crash runner.
 */
export async function serveCrashWorker(
  makeApp: (settings: CrashSettings) => App | Promise<App>,
): Promise<void> {
  const [, , given] = process.argv;
  if (process.send === undefined || given === undefined) {
    throw new Error("a crash worker is started by crashAtEveryEntry, not by hand");
  }
  // Nothing of a test outlives it, however it ends.
  process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
  const app = await makeApp(JSON.parse(given) as CrashSettings);
  const { listener, paths } = app.mount();
  const watch = createEntryWatch((entry) => tell({ entry }));
  const watched = watch.watch(listener);
  process.on("message", (message: ToWorker) => {
    if ("arm" in message) {
      watch.arm(message.arm);
      tell({ armed: message.arm });
      return;
    }
    void listen(watched, { host: "127.0.0.1", port: message.serve }).then(() =>
      tell({ serving: paths }),
    );
  });
  // It would be written at the end, which this process does not live to see.
  flushCompileCache();
  tell({ ready: true });
}

function tell(message: FromWorker): void {
  process.send?.(message);
}
