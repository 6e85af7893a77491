// Owns what a task in memory works with: the services that a worker would bring along, made of the
// same parts, with log, approvals and waits in this process.
import { randomUUID } from "node:crypto";
import type { AgentDefinition } from "../../contract/agent.ts";
import type { ToolLogger } from "../../contract/tool.ts";
import { manifestOf, sealManifest } from "../../core/define-agent.ts";
import { createApprovalTerms } from "../../services/approval/approval-terms.ts";
import { createCheckAnswer } from "../../services/model/check-answer.ts";
import { createEvidenceCheck } from "../../services/approval/check-evidence.ts";
import { createContextCache } from "../../services/model/context-cache.ts";
import type { EstimateOptions } from "../../services/model/estimate-call.ts";
import { createCallEstimator } from "../../services/model/estimate-call.ts";
import { createModelCaller } from "../../services/model/model-caller.ts";
import { createPriceTable } from "../../services/prices/price-table.ts";
import type { InMemoryOptions } from "./in-memory-options.ts";
import type { MemoryApprovals } from "./memory-approvals.ts";
import { createMemoryApprovals } from "./memory-approvals.ts";
import { createMemoryAudit } from "./memory-audit.ts";
import type { MemoryAuthority } from "./memory-authority.ts";
import { createMemoryAuthority } from "./memory-authority.ts";
import type { MemoryBudgets } from "./memory-budgets.ts";
import { wakeForApproval, wakeForTool } from "./memory-commands.ts";
import type { MemoryInbox } from "./memory-inbox.ts";
import type { MemoryKin } from "./memory-kin.ts";
import type { MemoryDeps, MemoryTask } from "./memory-task.ts";
import type { MemoryTools } from "./memory-tools.ts";
import { createMemoryTools } from "./memory-tools.ts";

export type Given = Omit<InMemoryOptions, "agent" | "taskId"> &
  Required<Pick<InMemoryOptions, "artifacts" | "inlineLimitBytes" | "clock">>;

/** What all tasks of a runner share. */
export interface Shared {
  readonly family: MemoryKin;
  readonly inbox: MemoryInbox;
  readonly budgets: MemoryBudgets | undefined;
}

/** Of one task of this agent, once there is one. */
export function createDeps(
  given: Given,
  agent: AgentDefinition,
  shared: Shared,
  task: () => MemoryTask | undefined,
): MemoryDeps {
  const { providers, artifacts, inlineLimitBytes, clock, logger = SILENT } = given;
  const audit = createMemoryAudit(given, clock, task);
  const authority = createMemoryAuthority(given, clock.now, shared.family.viewOf, audit?.gate);
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
  const approvals = approvalsOf(given, agent, authority, tools, task);
  const sealed = sealManifest(manifest).sha256;
  const approvalTerms = createApprovalTerms({ authority, agent, artifacts, now: clock.now });
  return {
    agent,
    manifest: sealed,
    release: { policyVersion: authority.policyVersion },
    clock,
    callModel,
    tools,
    approvals,
    inbox: shared.inbox,
    family: shared.family,
    approvalTerms,
    noteAudit: audit?.note,
    ...budgetsOf(given, shared, reading),
  };
}

function budgetsOf(
  { budgets: settings, prices }: Given,
  { budgets }: Shared,
  reading: Omit<EstimateOptions, "findPrice" | "missingPrice">,
): Pick<MemoryDeps, "budgets" | "estimateCall" | "askToExtend"> {
  if (settings === undefined || budgets === undefined) return {};
  const { missingPrice, askToExtend } = settings;
  const findPrice = createPriceTable(prices).find;
  const estimateCall = createCallEstimator({ ...reading, findPrice, missingPrice });
  return { budgets, askToExtend, estimateCall };
}

/** People decide as on a server; whoever is allowed by the rule may. */
function approvalsOf(
  { artifacts, clock }: Given,
  agent: AgentDefinition,
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
    checkAnswer: createCheckAnswer(agent),
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
