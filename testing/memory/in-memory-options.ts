// Owns what a runner in memory is given.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { ArtifactStore } from "../../contract/artifact.ts";
import type { ModelProvider } from "../../contract/model.ts";
import type { AnyTool, ToolLogger } from "../../contract/tool.ts";
import type { BudgetSettings } from "../../core/budget/settings.ts";
import type { ModelPrice } from "../../services/prices/model-price.ts";
import type { AuditSettings } from "./memory-audit.ts";
import type { PolicySettings } from "./memory-authority.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface InMemoryOptions extends PolicySettings, AuditSettings {
  readonly agent: AgentDefinition;
  /** The agents that it may delegate to, and they in turn. */
  readonly children?: readonly AgentDefinition[];
  /** By the names that the agents' models use. */
  readonly providers: Readonly<Record<string, ModelProvider>>;
  /** The tools that are served; those of each agent by default. */
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
