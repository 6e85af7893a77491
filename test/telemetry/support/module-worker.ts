// Owns a process that makes an app and says which packages of OpenTelemetry that has loaded.
import { registerHooks } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";

const loaded = new Set<string>();
registerHooks({
  load(url, context, nextLoad) {
    const name =
      /node_modules\/(@opentelemetry\/[^/]+|@restatedev\/restate-sdk-opentelemetry)\//.exec(
        url,
      )?.[1];
    if (name !== undefined) loaded.add(name);
    return nextLoad(url, context);
  },
});

const { createApp, createFsArtifactStore } = await import("../../../index.ts");
const app = createApp({
  artifacts: createFsArtifactStore({ directory: join(tmpdir(), "never-written") }),
  ingressUrl: "http://127.0.0.1:9",
  adminUrl: "http://127.0.0.1:9",
});
app.mount();
// What is loaded only on demand has begun to be.
for (let turn = 0; turn < 1_000; turn += 1) await setImmediate();
process.stdout.write(JSON.stringify([...loaded].toSorted()));
