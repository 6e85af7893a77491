// Owns a process that stores artifacts as fast as it can, to be killed while it writes.
import { randomBytes } from "node:crypto";
import { createFsArtifactStore } from "../../services/artifacts/fs-artifact-store.ts";
import { report } from "../support/worker.ts";

const store = createFsArtifactStore({ directory: process.argv[3] ?? "" }).ofTenant("acme");

async function writeForever(): Promise<never> {
  for (;;) await report({ stored: await store.put(randomBytes(300_000), "image/png") });
}

await report({ serving: 0 });
await Promise.all([writeForever(), writeForever(), writeForever()]);
