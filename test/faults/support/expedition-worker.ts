// Owns a worker process of the fault tests and of the soak.
import { report } from "../../support/worker.ts";
import { expeditionApp, type ExpeditionSettings } from "./expedition-app.ts";

const [, , port, settings = "{}"] = process.argv;
const app = expeditionApp(JSON.parse(settings) as ExpeditionSettings);
const worker = await app.serve({ port: Number(port) });
await report({ serving: worker.port });
