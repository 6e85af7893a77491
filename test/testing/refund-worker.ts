// Owns the worker process that the crash runner kills: the refund agent, its model over HTTP and
// its ledger on disk, as a user of the test kit would write it.
import { join } from "node:path";
import { createApp, createFsArtifactStore, openaiChat } from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { openEffectLedger, serveCrashWorker } from "../../testing/index.ts";
import { refundAgent } from "./refunds.ts";

const { MODEL_URL = "", CARELESS } = process.env;

await serveCrashWorker(({ ingressUrl, adminUrl, directory }) => {
  const ledger = openEffectLedger(join(directory, "ledger.sqlite"));
  return createApp({
    agents: [refundAgent(ledger, CARELESS === "yes")],
    providers: { model: openaiChat({ apiKey: "none", baseURL: MODEL_URL }) },
    artifacts: createFsArtifactStore({ directory: join(directory, "artifacts") }),
    ingressUrl,
    adminUrl,
    logger: createLogger("warn"),
  });
});
