// Owns the process that serves the refund desk, agent and tools, to Restate. start.ts starts it
// and replaces it when it dies: everything that must outlive it is in Restate and in the shop.
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  createApp,
  createFileCredentials,
  createFsArtifactStore,
  createLivePush,
  defineBudgets,
  openaiChat,
  openaiResponses,
} from "../../index.ts";
import { exitOnBadConfig } from "../../services/config.ts";
import { createLogger } from "../../services/log.ts";
import { refundDesk } from "./agent.ts";
import { credentialFolder } from "./payment-provider.ts";
import { serveAsChild } from "./ready-child.ts";
import { openShop } from "./shop.ts";

const DEFAULT_MODEL = "gpt-5-mini";
/** Milliseconds that work under way gets to end in when the process is stopped. */
const GRACE_MS = 5000;

const { values } = parseArgs({
  options: {
    folder: { type: "string" },
    /** Where the scripted model is; without it, the configured provider is asked. */
    "scripted-model": { type: "string" },
    pace: { type: "string", default: "0" },
    /** Model calls that a task may make; without it, nothing is counted. */
    steps: { type: "string" },
    /** Whom it tells what its tasks do while they do it; without it, nobody. */
    gateway: { type: "string" },
    register: { type: "boolean", default: false },
  },
});
const config = exitOnBadConfig();

function modelProvider() {
  const scripted = values["scripted-model"];
  const { apiKey, baseUrl, api } = config.model;
  const baseURL = scripted ?? baseUrl;
  const options = {
    // Servers other than OpenAI's may ask for no key, but the header has to be there.
    apiKey: scripted === undefined ? (apiKey ?? "none") : "none",
    ...(baseURL === undefined ? {} : { baseURL }),
  };
  return api === "chat" ? openaiChat(options) : openaiResponses(options);
}

function live() {
  const { gateway } = values;
  // On this machine nobody is asked for a key, but the header has to be there.
  return gateway === undefined ? {} : { live: createLivePush({ urls: [gateway], key: "none" }) };
}

function budgets() {
  const { steps } = values;
  if (steps === undefined) return {};
  return { budgets: defineBudgets({ levels: { task: { limit: { steps: Number(steps) } } } }) };
}

/** A taken port is somebody's to change, by this variable. */
function nameSetting(error: Error & { readonly cause?: { readonly code?: string } }): never {
  if (error.cause?.code !== "EADDRINUSE") throw error;
  throw new Error(`${error.message} (HOLDFAST_WORKER_PORT).`, { cause: error });
}

await serveAsChild(async () => {
  const folder = values.folder ?? join(config.dataDir, "refund-desk");
  const shop = openShop({ folder, paceMs: Number(values.pace) });
  const model = { provider: "openai", model: config.model.name ?? DEFAULT_MODEL };
  const app = createApp({
    agents: [refundDesk(shop, model)],
    providers: { openai: modelProvider() },
    artifacts: createFsArtifactStore({ directory: join(folder, "artifacts") }),
    credentials: createFileCredentials({ directory: credentialFolder(folder) }),
    ingressUrl: config.restate.ingressUrl,
    adminUrl: config.restate.adminUrl,
    ...budgets(),
    watch: config.watch,
    ...live(),
    logger: createLogger(config.logLevel),
  });
  const { host, port } = config.worker;
  const worker = await app.serve({ host, port, graceMs: GRACE_MS }).catch(nameSetting);
  if (values.register) await worker.register();
  return {
    url: `http://${worker.host}:${worker.port}`,
    stop: async () => {
      await worker.drain();
      shop[Symbol.dispose]();
    },
  };
});
