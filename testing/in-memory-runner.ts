// Owns the run of an agent without Restate: the same definition, the same decisions of core/, the
// same model caller and tool host, with artifacts, log and waits in this process and virtual
// time (L2, R21). Nothing of it outlives the process.
import { randomUUID } from "node:crypto";
import type { AgentDefinition } from "../contract/agent.ts";
import type { ArtifactStore } from "../contract/artifact.ts";
import { DEFAULT_INLINE_LIMIT_BYTES } from "../contract/artifact.ts";
import type { BudgetView, LimitChangeInput } from "../contract/budget.ts";
import type { ModelProvider } from "../contract/model.ts";
import type { AnyTool, ToolLogger } from "../contract/tool.ts";
import type { BudgetSettings } from "../core/budget/settings.ts";
import { manifestOf, sealManifest } from "../core/define-agent.ts";
import { newHead } from "../core/transition/message.ts";
import { createApprovalTerms } from "../services/approval/approval-terms.ts";
import { createEvidenceCheck } from "../services/approval/check-evidence.ts";
import { createMemoryArtifactStore } from "../services/artifacts/memory-artifact-store.ts";
import { createContextCache } from "../services/model/context-cache.ts";
import type { EstimateOptions } from "../services/model/estimate-call.ts";
import { createCallEstimator } from "../services/model/estimate-call.ts";
import { createModelCaller } from "../services/model/model-caller.ts";
import type { ModelPrice } from "../services/prices/model-price.ts";
import { createPriceTable } from "../services/prices/price-table.ts";
import type { FirstMessage } from "./memory/memory-client.ts";
import { createMemoryClient } from "./memory/memory-client.ts";
import {
  followUp,
  startTask,
  wakeForApproval,
  wakeForBudget,
  wakeForTool,
} from "./memory/memory-commands.ts";
import type { MemoryApprovals } from "./memory/memory-approvals.ts";
import { createMemoryApprovals } from "./memory/memory-approvals.ts";
import type { AuditSettings } from "./memory/memory-audit.ts";
import { createMemoryAudit } from "./memory/memory-audit.ts";
import type { MemoryAuthority, PolicySettings } from "./memory/memory-authority.ts";
import { createMemoryAuthority } from "./memory/memory-authority.ts";
import type { MemoryBudgets } from "./memory/memory-budgets.ts";
import { createMemoryBudgets } from "./memory/memory-budgets.ts";
import { createMemoryInbox } from "./memory/memory-inbox.ts";
import { tellInboxes, wakeForEvent } from "./memory/memory-waits.ts";
import type { MemoryDeps, MemoryTask } from "./memory/memory-task.ts";
import { createMemoryTask } from "./memory/memory-task.ts";
import type { MemoryTools } from "./memory/memory-tools.ts";
import { createMemoryTools } from "./memory/memory-tools.ts";
import type { VirtualClock } from "./memory/virtual-clock.ts";
import { createVirtualClock } from "./memory/virtual-clock.ts";
import type { TaskClient } from "./task-client.ts";

export interface InMemoryOptions extends PolicySettings, AuditSettings {
  readonly agent: AgentDefinition;
  /** By the names that the agent's models use. */
  readonly providers: Readonly<Record<string, ModelProvider>>;
  /** The tools that are served; the agent's by default. */
  readonly tools?: readonly AnyTool[];
  /** Default "in-memory". */
  readonly taskId?: string;
  /** Give it one to let tools and providers wait in virtual time too. */
  readonly clock?: VirtualClock;
  readonly artifacts?: ArtifactStore;
  /** Values above this many bytes become artifacts. Default 32 KiB. */
  readonly inlineLimitBytes?: number;
  /** From `defineBudgets`, as the app's. Without them nothing is counted or reserved. */
  readonly budgets?: BudgetSettings;
  /** What models cost, as the app's. */
  readonly prices?: readonly ModelPrice[];
  /** What tools log; dropped by default. */
  readonly logger?: ToolLogger;
}

/**
 * A task in memory. Time moves only while `ask`, `until` or `clock.advance` wait, and then
 * jumps: a timer of 30 days takes no time.
 */
export interface InMemoryTask extends TaskClient {
  readonly clock: VirtualClock;
  readonly artifacts: ArtifactStore;
  /** Of the runner's own, by their keys (docs/budgets.md). */
  readonly budgets: BudgetClient;
}

/** As the public handlers of `holdfast.budget`. Rejects where the runner was given no budgets. */
export interface BudgetClient {
  show(key: string): Promise<BudgetView>;
  limit(key: string, change: LimitChangeInput): Promise<BudgetView>;
}

/** A task of this agent, not started yet. */
export function runInMemory(options: InMemoryOptions): InMemoryTask {
  const { agent, taskId = "in-memory", clock = createVirtualClock() } = options;
  const artifacts = options.artifacts ?? createMemoryArtifactStore();
  const inlineLimitBytes = options.inlineLimitBytes ?? DEFAULT_INLINE_LIMIT_BYTES;
  const state: { task?: MemoryTask; broken?: { readonly error: unknown } } = {};
  const deps = createDeps({ ...options, artifacts, inlineLimitBytes, clock }, () => state.task);

  const begin = ({ messageId, parts, digest, owner, ...start }: FirstMessage): void => {
    const { tenant, grants } = start;
    const head = newHead({
      taskUid: randomUUID(),
      taskId,
      agent: agent.name,
      agentVersion: agent.version,
      owner,
      tenant,
      inputDigest: digest,
      at: clock.now(),
    });
    const task = createMemoryTask(deps, head, {
      onEvent: (event, before) => {
        followUp(task, event);
        tellInboxes(task, event, before);
      },
      onBroken: (error) => (state.broken ??= { error }),
    });
    state.task = task;
    startTask(task, { messageId, parts, digest, from: owner }, grants);
  };

  const client = createMemoryClient({
    agent: agent.name,
    definition: agent,
    taskId,
    clock,
    artifacts,
    inlineLimitBytes,
    inbox: deps.inbox,
    begin,
    task: () => {
      if (state.broken !== undefined) throw state.broken.error;
      return state.task;
    },
  });
  return { ...client, clock, artifacts, budgets: budgetClient(deps, clock) };
}

function budgetClient({ budgets }: MemoryDeps, clock: VirtualClock): BudgetClient {
  const kept = async (): Promise<MemoryBudgets> => {
    await clock.settled();
    if (budgets === undefined) throw new Error("the runner was given no budgets");
    return budgets;
  };
  return {
    show: async (key) => (await kept()).show(key),
    limit: async (key, change) => (await kept()).limit(key, change),
  };
}

type Given = InMemoryOptions &
  Required<Pick<InMemoryOptions, "artifacts" | "inlineLimitBytes" | "clock">>;

/** The services that a worker would bring along. */
function createDeps(given: Given, task: () => MemoryTask | undefined): MemoryDeps {
  const { agent, providers, artifacts, inlineLimitBytes, clock, logger = SILENT } = given;
  const audit = createMemoryAudit(given, clock, task);
  const authority = createMemoryAuthority(given, clock.now, task, audit?.gate);
  const tools = createMemoryTools({
    checkAuthority: authority.checkAuthority,
    tools: given.tools ?? agent.tools,
    artifacts,
    inlineLimitBytes,
    clock,
    logger,
    onLate: (operationId) => {
      const waiting = task();
      if (waiting !== undefined) wakeForTool(waiting, operationId);
    },
  });
  const manifest = manifestOf(agent);
  const reading = {
    agent,
    manifest,
    readLog: async (_: unknown, after: number) => ({
      events: task()?.log.slice(after + 1) ?? [],
      more: false,
    }),
    cache: createContextCache(),
    now: clock.now,
  };
  const callModel = createModelCaller({
    ...reading,
    providers,
    artifacts,
    inlineLimitBytes,
    findUnregistered: async (names) => tools.unserved(names),
    authority,
  });
  const approvals = approvalsOf(given, authority, tools, task);
  const inbox = createMemoryInbox({
    ...given,
    tell: (notice) => {
      const waiting = task();
      if (waiting !== undefined) wakeForEvent(waiting, notice);
    },
  });
  const sealed = sealManifest(manifest).sha256;
  const approvalTerms = createApprovalTerms({ authority, agent, artifacts, now: clock.now });
  const kept = budgetsOf(given, reading, task);
  return {
    agent,
    manifest: sealed,
    release: { policyVersion: authority.policyVersion },
    clock,
    callModel,
    tools,
    approvals,
    inbox,
    approvalTerms,
    noteAudit: audit?.note,
    ...kept,
  };
}

function budgetsOf(
  { budgets: settings, prices, clock }: Given,
  reading: Omit<EstimateOptions, "findPrice" | "missingPrice">,
  task: () => MemoryTask | undefined,
): Pick<MemoryDeps, "budgets" | "estimateCall" | "askToExtend"> {
  if (settings === undefined) return {};
  const wake = (): void => {
    const waiting = task();
    if (waiting !== undefined) wakeForBudget(waiting);
  };
  const { missingPrice } = settings;
  const findPrice = createPriceTable(prices).find;
  return {
    budgets: createMemoryBudgets({ settings, clock, wake }),
    askToExtend: settings.askToExtend,
    estimateCall: createCallEstimator({ ...reading, findPrice, missingPrice }),
  };
}

/** People decide as on a server; whoever is allowed by the rule may. */
function approvalsOf(
  { artifacts, clock }: Given,
  { mayDecide }: MemoryAuthority,
  tools: MemoryTools,
  task: () => MemoryTask | undefined,
): MemoryApprovals {
  let awakeables = 0;
  const readLog = async (_: unknown, after: number) => ({
    events: task()?.log.slice(after + 1) ?? [],
    more: false,
  });
  return createMemoryApprovals({
    clock,
    ports: {
      mayDecide: mayDecide(artifacts),
      evidenceProblem: createEvidenceCheck({ readLog, artifacts }),
    },
    propose: async (request) => {
      const answer = await tools.propose(randomUUID(), request).outcome;
      if (answer.outcome === "lost") throw new Error("the tool was not asked");
      return answer;
    },
    tell: (wake) => {
      const told = task();
      if (told !== undefined) wakeForApproval(told, wake);
    },
    nextAwakeableId: () => `sign_memory_${(awakeables += 1)}`,
    onBroken: (error) => {
      task()?.enqueue(() => {
        throw error;
      });
    },
  });
}

const SILENT: ToolLogger = { info: () => {}, warn: () => {}, error: () => {} };
