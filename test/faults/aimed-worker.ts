// Owns a worker process of the crash matrix, which dies by its own hand as it is told. It serves
// behind the aim, and supervises at another port, to which nothing is sent.
import { listen } from "../../services/worker/worker-server.ts";
import { report } from "../support/worker.ts";
import { createAim, type ToAimed } from "./support/aim.ts";
import { expeditionApp, type ExpeditionSettings } from "./support/expedition-app.ts";

const [, , port, settings = "{}"] = process.argv;
const app = expeditionApp(JSON.parse(settings) as ExpeditionSettings);
const aim = createAim(report);
process.on("message", (message: ToAimed) => aim.take(message));
await app.serve({ port: 0 });
const server = await listen(aim.watch(app.mount().listener), {
  host: "127.0.0.1",
  port: Number(port),
});
await report({ serving: server.port });
