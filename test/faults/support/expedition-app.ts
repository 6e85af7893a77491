// Owns the app of the expedition on a server, in whatever worker process: its model and the other side
// of its tools are reached over HTTP, so that either way can be broken.
import { createApp, createFsArtifactStore, defineBudgets, openaiChat } from "../../../index.ts";
import { createLogger } from "../../../services/log.ts";
import { expedition } from "./expedition.ts";
import { outsideAt } from "./outside.ts";

export interface ExpeditionSettings {
  readonly ingressUrl: string;
  readonly adminUrl: string;
  readonly modelUrl: string;
  readonly outsideUrl: string;
  /** For artifacts; shared by the workers that take each other's place. */
  readonly directory: string;
}

/** So few tasks work at once that some always wait for their turn. */
const AT_WORK = 3;
export const TENANT_BUDGET = "tenant/default";

export function expeditionApp(settings: ExpeditionSettings) {
  const { ingressUrl, adminUrl, modelUrl, outsideUrl, directory } = settings;
  const { leader, porter } = expedition(outsideAt(outsideUrl));
  return createApp({
    ingressUrl,
    adminUrl,
    agents: [leader, porter],
    providers: { guide: openaiChat({ apiKey: "none", baseURL: modelUrl }) },
    artifacts: createFsArtifactStore({ directory }),
    budgets: defineBudgets({
      levels: { task: {}, tenant: { limit: { concurrency: AT_WORK } } },
      desks: 1,
      idleMs: 500,
    }),
    logger: createLogger("warn"),
  });
}
