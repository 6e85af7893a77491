// Owns the worker process that the crash runner kills while the rover is on its way.
import { join } from "node:path";
import { createApp, createFsArtifactStore } from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { openEffectLedger, serveCrashWorker } from "../../testing/index.ts";
import { roverAgents, roverModel } from "./rover.ts";

await serveCrashWorker(({ ingressUrl, adminUrl, directory }) => {
  const ledger = openEffectLedger(join(directory, "ledger.sqlite"));
  const { rover, scout, leaf } = roverAgents(({ key, taskId, tool, n }) => {
    const request = { key, tool, input: { taskId, n } };
    ledger.record(request);
    ledger.applyOnce(request, () => "done");
  });
  return createApp({
    agents: [rover, scout, leaf],
    providers: { rover: roverModel },
    artifacts: createFsArtifactStore({ directory: join(directory, "artifacts") }),
    ingressUrl,
    adminUrl,
    logger: createLogger("warn"),
  });
});
