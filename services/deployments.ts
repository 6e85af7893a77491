// Owns the deployments of an app: which services stand behind which path, each with the ports that
// it reaches the world through. Everything else is made in its own folder and only put together
// here.
import { createEndpointHandler } from "@restatedev/restate-sdk";
import type { Logger } from "pino";
import type { AgentDefinition } from "../contract/agent.ts";
import type { ApprovalPorts } from "../contract/approval-api.ts";
import { DEFAULT_INLINE_LIMIT_BYTES } from "../contract/artifact.ts";
import type { PolicyEngine } from "../contract/policy.ts";
import type { FindApprovalTerms, ReadLog } from "../contract/port.ts";
import type { AnyTool } from "../contract/tool.ts";
import type { StopsView } from "../contract/stop.ts";
import { manifestOf, sealManifest } from "../core/define-agent.ts";
import { limitsToolCalls } from "../core/budget/settings.ts";
import { createJudge } from "../core/grant/judge-authority.ts";
import { createAgentObject } from "../objects/agent/agent-object.ts";
import { createApprovalObject } from "../objects/approval/approval-object.ts";
import { createBudgetObject } from "../objects/budget/budget-object.ts";
import { stopsObject } from "../objects/stops/stops-object.ts";
import type { AppOptions, ServePart } from "./app-options.ts";
import { createEvidenceCheck } from "./approval/check-evidence.ts";
import type { AuthorityPorts } from "./authority/check-authority.ts";
import { createCheckAuthority } from "./authority/check-authority.ts";
import { createCredentialPort } from "./credentials/credential-port.ts";
import { createAdminClient } from "./engine/admin.ts";
import { createFindUnregistered } from "./engine/find-unregistered.ts";
import { sdkLogger } from "./log.ts";
import { createContextCache } from "./model/context-cache.ts";
import type { CallAuthority } from "./model/authorize-call.ts";
import { createCallEstimator } from "./model/estimate-call.ts";
import { createModelCaller } from "./model/model-caller.ts";
import type { PriceTable } from "./prices/price-table.ts";
import { createAuthorityReader, createIngressLog } from "./task-log/ingress-log.ts";
import { createStopsView } from "./stops/stops-view.ts";
import { createStopWatch } from "./stops/stop-watch.ts";
import { createCensus } from "./stops/take-census.ts";
import { createToolService } from "./tool-host/tool-service.ts";
import { waiterService } from "./waiter/waiter-service.ts";
import { createMayDecide } from "./policy/may-decide.ts";
import type { RequestListener } from "./worker/worker-server.ts";

const WAITERS_PATH = "/waiters/v1";
const CONTROL_PATH = "/control";

/** What the deployments of an app are made of. */
export interface AppParts {
  readonly options: AppOptions;
  readonly agents: readonly AgentDefinition[];
  readonly tools: readonly AnyTool[];
  readonly logger: Logger;
  readonly policy: PolicyEngine;
  readonly prices: PriceTable;
  readonly isDraining: () => boolean;
}

type EndpointServices = Parameters<typeof createEndpointHandler>[0]["services"];

/**
 * A deployment per kind, since Restate pins an invocation to one: agents and tools change
 * with every release, waiters never (L4).
 */
export function deploymentsOf(
  parts: AppParts,
  only: ServePart,
): ReadonlyMap<string, RequestListener> {
  const { options, logger } = parts;
  const { artifacts, identityKeys } = options;
  const inlineLimitBytes = options.inlineLimitBytes ?? DEFAULT_INLINE_LIMIT_BYTES;
  const routes = new Map<string, RequestListener>();
  const add = (path: string, services: EndpointServices): void => {
    if (services.length === 0) return;
    const identity = identityKeys === undefined ? {} : { identityKeys: [...identityKeys] };
    const encrypted = options.encryption?.forEndpoint(services, {
      // Waiters alone are resolved from outside.
      plainAwakeables: path === WAITERS_PATH,
    });
    routes.set(
      path,
      createEndpointHandler({ services, logger: sdkLogger(logger), ...identity, ...encrypted }),
    );
  };
  const resolving =
    options.credentials === undefined
      ? {}
      : { resolveCredential: createCredentialPort(options.credentials) };
  const authority = authorityOf(parts);
  add("/agents", agentObjects(parts, only, authority, inlineLimitBytes));
  const served = parts.tools.filter(({ name }) => isChosen(only.tools, name));
  add(
    "/tools",
    served.map((tool) =>
      createToolService({
        tool,
        artifacts,
        inlineLimitBytes,
        logger,
        checkAuthority: createCheckAuthority(authority),
        ...resolving,
      }),
    ),
  );
  const { waiters = true, control = waiters } = only;
  add(WAITERS_PATH, waiters ? [waiterService] : []);
  add(CONTROL_PATH, control ? controlServices(options) : []);
  return routes;
}

/** What calls are judged by, where a model proposes them and where their effects happen. */
function authorityOf({
  options,
  policy,
}: AppParts): AuthorityPorts & CallAuthority & { readonly stops: StopsView } {
  const ingress = ingressOf(options);
  return {
    judge: createJudge(policy),
    policyVersion: policy.version,
    ruleFor: policy.ruleFor,
    readAuthority: createAuthorityReader(ingress),
    stops: createStopsView({ ingress }),
  };
}

/** What operators stop, and who finds out when a stop has settled. */
function controlServices({ adminUrl }: AppOptions): EndpointServices {
  return [stopsObject, createStopWatch(createCensus(createAdminClient(adminUrl)))];
}

function agentObjects(
  parts: AppParts,
  only: ServePart,
  authority: ReturnType<typeof authorityOf>,
  inlineLimitBytes: number,
): EndpointServices {
  const { options, policy, prices, isDraining } = parts;
  const { artifacts, providers = {}, adminUrl, budgets } = options;
  const chosen = parts.agents.filter(({ name }) => isChosen(only.agents, name));
  if (chosen.length === 0) return [];
  const shared = {
    artifacts,
    providers,
    inlineLimitBytes,
    readLog: createIngressLog(ingressOf(options)),
    findUnregistered: createFindUnregistered(adminUrl),
    authority,
    stops: authority.stops,
    cache: createContextCache(),
  };
  const storeText = (text: string) => artifacts.put(new TextEncoder().encode(text), "text/plain");
  const approvals = approvalObject(parts, shared.readLog, { storeText, inlineLimitBytes });
  const approvalTerms = termsBy(policy);
  const agents = chosen.map((agent) => {
    const manifest = manifestOf(agent);
    const callModel = createModelCaller({ ...shared, agent, manifest });
    const estimating =
      budgets === undefined
        ? {}
        : {
            estimateCall: createCallEstimator({
              ...shared,
              agent,
              manifest,
              findPrice: prices.find,
              missingPrice: budgets.missingPrice,
            }),
            countsToolCalls: limitsToolCalls(budgets),
          };
    const ports = {
      callModel,
      ...estimating,
      findUnregistered: shared.findUnregistered,
      approvalTerms,
      isDraining,
      remember: shared.cache.extend,
    };
    return createAgentObject({
      agent,
      manifest: sealManifest(manifest).sha256,
      ports,
      store: { storeText, inlineLimitBytes },
    });
  });
  return [...agents, approvals, ...(budgets === undefined ? [] : [createBudgetObject(budgets)])];
}

function approvalObject(
  { policy, options: { artifacts } }: AppParts,
  readLog: ReadLog,
  storing: Pick<ApprovalPorts, "storeText" | "inlineLimitBytes">,
) {
  const mayDecide = createMayDecide(policy, artifacts);
  const evidenceProblem = createEvidenceCheck({ readLog, artifacts });
  return createApprovalObject({ mayDecide, evidenceProblem, ...storing });
}

/** What a call is proposed under that is proposed anew. */
function termsBy({ version, ruleFor }: PolicyEngine): FindApprovalTerms {
  return (call) => ({ policyVersion: version, rule: ruleFor(call) });
}

export function ingressOf({ ingressUrl: url, encryption }: AppOptions) {
  return encryption === undefined ? { url } : { url, journalValueCodec: encryption.clientCodec };
}

export function isChosen(choice: boolean | readonly string[] | undefined, name: string): boolean {
  return typeof choice === "object" ? choice.includes(name) : (choice ?? true);
}
