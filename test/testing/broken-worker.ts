// Owns a worker file that cannot put its app together.
import { serveCrashWorker } from "../../testing/index.ts";

await serveCrashWorker(() => {
  throw new Error("the shop is closed");
});
