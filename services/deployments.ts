// Owns the deployments of an app: which services stand behind which path, each with the ports that
// it reaches the world through. Everything else is made in its own folder and only put together
// here.
import { createEndpointHandler } from "@restatedev/restate-sdk";
import type { Logger } from "pino";
import type { AgentDefinition } from "../contract/agent.ts";
import type { ApprovalPorts } from "../contract/approval-api.ts";
import { DEFAULT_INLINE_LIMIT_BYTES } from "../contract/artifact.ts";
import type { AuditGate } from "../contract/audit.ts";
import type { Release } from "../contract/event.ts";
import { AGENTS_PATH, CONTROL_PATH, TOOLS_PATH, WAITERS_PATH } from "../contract/deployment.ts";
import type { PolicyEngine } from "../contract/policy.ts";
import type { ReadLog } from "../contract/port.ts";
import type { AnyTool } from "../contract/tool.ts";
import type { StopsView } from "../contract/stop.ts";
import { manifestOf, sealManifest } from "../core/define-agent.ts";
import { createJudge } from "../core/grant/judge-authority.ts";
import { createAgentObject } from "../objects/agent/agent-object.ts";
import { createApprovalObject } from "../objects/approval/approval-object.ts";
import { createBudgetObject } from "../objects/budget/budget-object.ts";
import { deadLetterObject } from "../objects/dead-letter/dead-letter-object.ts";
import { createInboxObject } from "../objects/inbox/inbox-object.ts";
import { createScheduleObject } from "../objects/schedule/schedule-object.ts";
import { stopsObject } from "../objects/stops/stops-object.ts";
import { createWebhookObject } from "../objects/webhook/webhook-object.ts";
import type { AppOptions, ServePart } from "./app-options.ts";
import { createApprovalTerms } from "./approval/approval-terms.ts";
import { createEvidenceCheck } from "./approval/check-evidence.ts";
import { createCheckArtifacts, createStoreText } from "./artifacts/artifact-ports.ts";
import { createRemoveArtifacts } from "./artifacts/remove-artifacts.ts";
import type { AuthorityPorts } from "./authority/check-authority.ts";
import { createCheckAuthority } from "./authority/check-authority.ts";
import { createEnginePort } from "./control/ask-engine.ts";
import { createControlService } from "./control/control-service.ts";
import { createEndInvocations } from "./control/end-invocations.ts";
import { createPurge } from "./control/purge-invocations.ts";
import { createCredentialPort } from "./credentials/credential-port.ts";
import { createAdminClient } from "./engine/admin.ts";
import { createFindAgent } from "./engine/find-agent.ts";
import { createFindUnregistered } from "./engine/find-unregistered.ts";
import { createFindUnservedAgents } from "./engine/find-unserved-agents.ts";
import { createEventsService } from "./events/events-service.ts";
import { evidencePorts } from "./evidence/evidence-options.ts";
import { sdkLogger } from "./log.ts";
import { logObjects } from "./log-objects.ts";
import { createContextCache } from "./model/context-cache.ts";
import type { CallAuthority } from "./model/authorize-call.ts";
import type { EstimateOptions } from "./model/estimate-call.ts";
import { createCallEstimator } from "./model/estimate-call.ts";
import { createCheckAnswer } from "./model/check-answer.ts";
import { createModelCaller } from "./model/model-caller.ts";
import { callModelOrPark, estimateOrPark } from "./model/when-busy.ts";
import { whilePatient } from "./model/while-patient.ts";
import { createNotificationService } from "./notifications/notification-service.ts";
import { createPostNotification } from "./notifications/post-notification.ts";
import type { PriceTable } from "./prices/price-table.ts";
import { createAuditFlush } from "./task-log/ingress-audit.ts";
import { createAuthorityReader, createIngressLog } from "./task-log/ingress-log.ts";
import { atTurnstile, createTurnstile } from "./task-log/turnstile.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { createStopsView } from "./stops/stops-view.ts";
import { createStopWatch } from "./stops/stop-watch.ts";
import { createCensus } from "./stops/take-census.ts";
import { createToolService } from "./tool-host/tool-service.ts";
import { waiterService } from "./waiter/waiter-service.ts";
import { describeRules } from "./policy/describe-rules.ts";
import { createMayDecide } from "./policy/may-decide.ts";
import { createTakeWebhook, type WebhookPorts } from "./webhooks/take-webhook.ts";
import { refusePages } from "./worker/refuse-pages.ts";
import type { RequestListener } from "./worker/worker-server.ts";

const JSON_TYPE = "application/json";

/** What the deployments of an app are made of. */
export interface AppParts {
  readonly options: AppOptions;
  readonly agents: readonly AgentDefinition[];
  readonly tools: readonly AnyTool[];
  readonly logger: Logger;
  readonly policy: PolicyEngine;
  readonly prices: PriceTable;
  readonly telemetry: Telemetry;
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
  const { options, logger, telemetry } = parts;
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
    // No page reaches a tool: none is public at the ingress.
    const outward = path === TOOLS_PATH ? telemetry.hooks : [...telemetry.hooks, refusePages];
    const hooks = [...outward, ...(encrypted?.defaultServiceOptions.hooks ?? [])];
    const secured = { ...identity, ...encrypted, defaultServiceOptions: { hooks } };
    routes.set(path, createEndpointHandler({ services, logger: sdkLogger(logger), ...secured }));
  };
  const resolving =
    options.credentials === undefined
      ? {}
      : { resolveCredential: createCredentialPort(options.credentials) };
  const authority = authorityOf(parts);
  add(AGENTS_PATH, agentObjects(parts, only, authority, inlineLimitBytes));
  // A wait is the task's own: no service is asked about it.
  const executed = parts.tools.filter(({ wait }) => wait === undefined);
  const served = executed.filter(({ name }) => isChosen(only.tools, name));
  add(
    TOOLS_PATH,
    served.map((tool) =>
      createToolService({
        tool,
        artifacts,
        inlineLimitBytes,
        logger,
        checkAuthority: createCheckAuthority(authority),
        observeAttempt: telemetry.observeAttempt,
        ...resolving,
      }),
    ),
  );
  const { waiters = true, control = waiters } = only;
  add(WAITERS_PATH, waiters ? [waiterService] : []);
  const outside = () => outsideServices(options, { inlineLimitBytes, logger, ...resolving });
  add(CONTROL_PATH, control ? [...controlServices(parts), ...outside()] : []);
  return routes;
}

/** What calls are judged by, where a model proposes them and where their effects happen. */
function authorityOf({
  options,
  policy,
}: AppParts): AuthorityPorts &
  CallAuthority & { readonly stops: StopsView; readonly readLog: ReadLog } {
  const ingress = ingressOf(options);
  return {
    judge: createJudge(policy),
    policyVersion: policy.version,
    ruleFor: policy.ruleFor,
    ...atTurnstile(createTurnstile(options.questions), {
      readLog: createIngressLog(ingress),
      readAuthority: createAuthorityReader(ingress),
      stops: createStopsView({ ingress }),
    }),
    audit: auditGateOf(options),
  };
}

/** Undefined where no effect waits for the audit sink. */
function auditGateOf(options: AppOptions): AuditGate | undefined {
  const { auditSink, requireSinkFor: classes = [] } = options;
  if (auditSink === undefined || classes.length === 0) return undefined;
  return { classes, flush: createAuditFlush(ingressOf(options)) };
}

/** What operators stop, who finds out when a stop has settled, and what happens on schedule. */
function controlServices({ options, policy, agents }: AppParts): EndpointServices {
  const { adminUrl, artifacts } = options;
  const admin = createAdminClient(adminUrl);
  const schedules = createScheduleObject({ findAgent: createFindAgent(admin) });
  const control = createControlService({
    findAgent: createFindAgent(admin),
    endInvocations: createEndInvocations(admin),
    engine: createEnginePort(admin),
    ...createPurge(admin),
    removeArtifacts: createRemoveArtifacts(artifacts),
    describeRules: () => describeRules(policy, agents),
  });
  return [stopsObject, createStopWatch(createCensus(admin)), schedules, control];
}

/** What comes from outside to tasks, and what the outside is told of them. */
function outsideServices(
  { artifacts, events, webhooks, notifications: endpoints = [], notificationRetry }: AppOptions,
  ports: Omit<WebhookPorts, "storeText">,
): EndpointServices {
  const storeText = createStoreText(artifacts, JSON_TYPE);
  const storing = { storeText, inlineLimitBytes: ports.inlineLimitBytes };
  const post = createPostNotification(endpoints, ports.resolveCredential);
  return [
    createInboxObject(events),
    createEventsService(storing),
    createWebhookObject(createTakeWebhook(webhooks, { ...ports, storeText })),
    createNotificationService({ endpoints, retry: notificationRetry, post }),
    deadLetterObject,
  ];
}

function agentObjects(
  parts: AppParts,
  only: ServePart,
  authority: ReturnType<typeof authorityOf>,
  inlineLimitBytes: number,
): EndpointServices {
  const { options, isDraining, telemetry } = parts;
  const { artifacts, adminUrl, budgets } = options;
  const chosen = parts.agents.filter(({ name }) => isChosen(only.agents, name));
  if (chosen.length === 0) return [];
  const shared = {
    artifacts,
    providers: telemetry.watchProviders(options.providers ?? {}),
    inlineLimitBytes,
    readLog: authority.readLog,
    findUnregistered: createFindUnregistered(adminUrl),
    findUnservedAgents: createFindUnservedAgents(createAdminClient(adminUrl)),
    authority,
    stops: authority.stops,
    live: options.live,
    cache: createContextCache(),
  };
  const storeText = createStoreText(artifacts, "text/plain");
  const checkArtifacts = createCheckArtifacts(artifacts);
  const approvals = approvalObject(parts, shared.readLog, { storeText, inlineLimitBytes });
  const agents = chosen.map((agent) => {
    const manifest = manifestOf(agent);
    const callModel = callModelOrPark(createModelCaller({ ...shared, agent, manifest }), agent);
    const ports = {
      callModel: telemetry.watchModel(callModel),
      whilePatient,
      ...estimating(parts, { ...shared, agent, manifest }),
      findUnregistered: shared.findUnregistered,
      findUnservedAgents: shared.findUnservedAgents,
      approvalTerms: createApprovalTerms({ authority, agent, artifacts }),
      checkAnswer: createCheckAnswer(agent),
      isDraining,
      remember: telemetry.watchEvents(shared.cache.extend),
      ...(options.live === undefined ? {} : { live: options.live }),
      notifies: (options.notifications ?? []).length > 0,
      ...evidencePorts(options.evidence),
    };
    return createAgentObject({
      agent,
      manifest: sealManifest(manifest).sha256,
      release: releaseOf(parts),
      ports,
      store: { storeText, checkArtifacts, inlineLimitBytes },
      owners: ownersOf(options),
      audited: options.auditSink !== undefined,
      retention: options.retention,
    });
  });
  const budgetObjects = budgets === undefined ? [] : [createBudgetObject(budgets)];
  return [...agents, approvals, ...logObjects(options, ingressOf(options)), ...budgetObjects];
}

/** Nothing where nothing is limited. */
function estimating(
  { options: { budgets }, prices }: AppParts,
  reading: Omit<EstimateOptions, "findPrice" | "missingPrice">,
) {
  if (budgets === undefined) return {};
  const { missingPrice, askToExtend } = budgets;
  const estimateCall = createCallEstimator({ ...reading, findPrice: prices.find, missingPrice });
  return { estimateCall: estimateOrPark(estimateCall), askToExtend };
}

function releaseOf({ policy, options }: AppParts): Release {
  const { release } = options;
  return { policyVersion: policy.version, ...(release === undefined ? {} : { release }) };
}

function ownersOf({ owners }: AppOptions) {
  if (owners === undefined) return undefined;
  const { resolve, required = false } = owners;
  return { resolve: async (owner: string) => resolve(owner), required };
}

function approvalObject(
  { policy, agents, options: { artifacts, approvalRetentionMs } }: AppParts,
  readLog: ReadLog,
  storing: Pick<ApprovalPorts, "storeText" | "inlineLimitBytes">,
) {
  const names = agents.map(({ name }) => name);
  const mayDecide = createMayDecide(policy, artifacts, { agents: names });
  const evidenceProblem = createEvidenceCheck({ readLog, artifacts });
  const kept = approvalRetentionMs === undefined ? {} : { retentionMs: approvalRetentionMs };
  return createApprovalObject({ mayDecide, evidenceProblem, ...storing, ...kept });
}

export function ingressOf({ ingressUrl: url, encryption }: AppOptions) {
  return encryption === undefined ? { url } : { url, journalValueCodec: encryption.clientCodec };
}

export function isChosen(choice: boolean | readonly string[] | undefined, name: string): boolean {
  return typeof choice === "object" ? choice.includes(name) : (choice ?? true);
}
