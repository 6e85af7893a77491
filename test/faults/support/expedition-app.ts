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
  /** Tasks that may work at once: by default so few that some always wait for their turn. 0: any. */
  readonly atWork?: number;
}

const AT_WORK = 3;
export const TENANT_BUDGET = "tenant/default";

export function expeditionApp(settings: ExpeditionSettings) {
  const { ingressUrl, adminUrl, modelUrl, outsideUrl, directory, atWork = AT_WORK } = settings;
  const { leader, porter } = expedition(outsideAt(outsideUrl));
  return createApp({
    ingressUrl,
    adminUrl,
    agents: [leader, porter],
    providers: { guide: openaiChat({ apiKey: "none", baseURL: modelUrl }) },
    artifacts: createFsArtifactStore({ directory }),
    ...(atWork === 0 ? {} : { budgets: budgetsOf(atWork) }),
    logger: createLogger("warn"),
  });
}

function budgetsOf(concurrency: number) {
  const levels = { task: {}, tenant: { limit: { concurrency } } };
  return defineBudgets({ levels, desks: 1, idleMs: 500 });
}
