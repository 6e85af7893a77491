// Owns a worker process of the bench: the runtime as `createApp(...).serve` makes it, and in the
// same process the hand-written baseline on a port of its own. Ends with whoever started it.
import { createApp, createFsArtifactStore } from "../index.ts";
import { createLogger } from "../services/log.ts";
import { approved, cashier, clerk, fenced, keyed, PROVIDER, slow, waiter } from "./agents.ts";
import { serveBaseline } from "./baseline.ts";
import { failing } from "./failing-artifacts.ts";
import { countWireBytes, say } from "./marks.ts";
import { workerOptionsSchema } from "./orders.ts";
import { scriptedModel } from "./scripted-model.ts";

const options = workerOptionsSchema.parse(JSON.parse(process.argv[2] ?? ""));
countWireBytes();
const app = createApp({
  agents: [clerk, cashier, keyed, fenced, approved, slow, waiter],
  providers: { [PROVIDER]: scriptedModel },
  artifacts: failing(createFsArtifactStore({ directory: options.artifacts })),
  ingressUrl: options.ingressUrl,
  adminUrl: options.adminUrl,
  logger: createLogger("error"),
});
const { deployments } = await app.serve({ port: options.port });
const baseline = await serveBaseline(options.baselinePort);
// By SIGTERM an exit in peace, which is when a CPU profile is written.
for (const event of ["SIGTERM", "disconnect"] as const) process.once(event, () => process.exit(0));
say({ deployments: [...deployments, baseline] });
