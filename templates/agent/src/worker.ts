// The process that serves the agent and its tools. `npm start` starts it beside a Restate server and
// starts it anew when a file changes; in production run it against your own.
import { createApp, createFsArtifactStore, openaiResponses } from "holdfast";
import { clerk } from "./agent.ts";
import { practiceModel } from "./practice-model.ts";

const {
  OPENAI_API_KEY: apiKey,
  OPENAI_MODEL: model = "gpt-5-mini",
  RESTATE_INGRESS_URL: ingressUrl = "http://127.0.0.1:8080",
  RESTATE_ADMIN_URL: adminUrl = "http://127.0.0.1:9070",
  HOLDFAST_WORKER_PORT: port = "9080",
} = process.env;

const app = createApp({
  agents: [clerk({ provider: "main", model })],
  providers: { main: apiKey ? openaiResponses({ apiKey }) : practiceModel() },
  artifacts: createFsArtifactStore({ directory: ".holdfast/artifacts" }),
  ingressUrl,
  adminUrl,
});

const worker = await app.serve({ port: Number(port), graceMs: 5_000 });
await worker.register();
// What is under way ends at its next step, and goes on with the next worker.
process.once("SIGTERM", () => void worker.drain());
