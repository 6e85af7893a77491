// Owns what an app is made of, and which part of it a worker serves. Types only; deployments.ts
// puts the parts together.
import type { Logger } from "pino";
import type { AgentDefinition } from "../contract/agent.ts";
import type { ArchiveOptions } from "../contract/archive.ts";
import type { ArtifactStore } from "../contract/artifact.ts";
import type { AuditSink, SinkClass } from "../contract/audit.ts";
import type { CredentialResolver } from "../contract/credential.ts";
import type { EventSettings } from "../contract/inbox.ts";
import type { LiveSink } from "../contract/live.ts";
import type { ModelProvider } from "../contract/model.ts";
import type { NotificationEndpoint, NotificationRetry } from "../contract/notification.ts";
import type { ApprovalRules } from "../contract/policy.ts";
import type { AnyTool } from "../contract/tool.ts";
import type { RetentionSettings } from "../contract/retention.ts";
import type { WebhookSettings } from "../contract/webhook.ts";
import type { BudgetSettings } from "../core/budget/settings.ts";
import type { Encryption } from "./encryption/create-encryption.ts";
import type { EvidenceOptions } from "./evidence/evidence-options.ts";
import type { PolicySource } from "./policy/load-policies.ts";
import type { TelemetryOptions } from "../telemetry/telemetry-options.ts";
import type { ModelPrice } from "./prices/model-price.ts";
import type { TurnstileOptions } from "./task-log/turnstile.ts";
import type { WatchOptions } from "./supervisor/watchdog.ts";

/** Who is a person or a group, such as by the directory of a company. */
export interface OwnerOptions {
  /** Undefined for somebody who is neither, or is no more. */
  readonly resolve: (owner: string) => Promise<OwnerKind | undefined> | OwnerKind | undefined;
  /** Refuses to start a task without an owner. Default: false. */
  readonly required?: boolean;
  /**
   * Milliseconds between two looks whether owners are still somebody; those of tasks that have lost
   * theirs are taken over by the escalation owner. Default: 60,000.
   */
  readonly checkEveryMs?: number;
}

interface OwnerKind {
  readonly kind: "person" | "group";
}

export interface AppOptions {
  readonly agents?: readonly AgentDefinition[];
  /** Tools to serve besides those of the agents. */
  readonly tools?: readonly AnyTool[];
  /** By the names that the agents' models use. */
  readonly providers?: Readonly<Record<string, ModelProvider>>;
  readonly artifacts: ArtifactStore;
  /** Restate's HTTP front, such as http://127.0.0.1:8080. */
  readonly ingressUrl: string;
  /** Restate's admin API, such as http://127.0.0.1:9070. */
  readonly adminUrl: string;
  /** Default: pino on standard error. */
  readonly logger?: Logger;
  /**
   * What the log of each segment calls this code: the digest of a commit or of an image. Nothing
   * inside of a process can tell. Default: not said.
   */
  readonly release?: string;
  /** Values above this many bytes leave the journal and the state. Default 32 KiB. */
  readonly inlineLimitBytes?: number;
  /** Restate's request identity keys (`publickeyv1_...`): unsigned requests are refused. */
  readonly identityKeys?: readonly string[];
  /** Where tools' credentials come from. Default: all are missing (docs/credentials.md). */
  readonly credentials?: CredentialResolver;
  /**
   * Encrypts journal and state (docs/encryption.md); `artifacts` has to be given it too. Default:
   * all are plain.
   */
  readonly encryption?: Encryption;
  /** Cedar policies besides the default ones (docs/authority.md). One that is wrong stops the start. */
  readonly policies?: PolicySource;
  /** False leaves the default policies out: then only what yours permit is allowed. */
  readonly defaultPolicies?: boolean;
  /** Cedar schema in the place of POLICY_SCHEMA: it with more of `arguments`. */
  readonly policySchema?: string;
  /** Who decides approvals, how many, and until when. */
  readonly approvals?: ApprovalRules;
  /**
   * How long after its end an approval tells who comes late who decided what and when, in
   * milliseconds; then it is forgotten, and the task's log has it. Default 30 days.
   */
  readonly approvalRetentionMs?: number;
  /** Who may own a task (docs/control.md). Default: whoever is named, or nobody. */
  readonly owners?: OwnerOptions;
  /** How many questions a worker has at the engine at once, and how long it waits (docs/operating.md). */
  readonly questions?: TurnstileOptions;
  /** From when on a task counts as stuck (docs/explain.md). */
  readonly watch?: WatchOptions;
  /**
   * When the log of a task that rests leaves the server's state for `artifacts` (docs/operating.md).
   * False: never.
   */
  readonly archive?: ArchiveOptions | false;
  /** How long what ended tasks leave is kept (docs/evidence.md). Default: until somebody erases it. */
  readonly retention?: RetentionSettings;
  /** Is given every event of every task's log (docs/operating.md). Default: none. */
  readonly auditSink?: AuditSink;
  /** Effects of these classes wait while the sink does not have their task's log. Default: none. */
  readonly requireSinkFor?: readonly SinkClass[];
  /**
   * Task logs can be erased, and their ends are signed (docs/evidence.md). Only tasks that are made
   * with it can be erased. Default: neither.
   */
  readonly evidence?: EvidenceOptions;
  /** What is kept of events that nobody waits for yet (docs/events.md). */
  readonly events?: EventSettings;
  /**
   * Is told what tasks do while they do it: `createLiveHub` for a gateway in this process,
   * `createLivePush` for others (docs/streams.md). With it models are asked to stream. Default: nobody.
   */
  readonly live?: LiveSink;
  /** Who sends webhooks (docs/events.md). Default: nobody. */
  readonly webhooks?: WebhookSettings;
  /** Who is told what becomes of tasks (docs/events.md). Default: nobody. */
  readonly notifications?: readonly NotificationEndpoint[];
  readonly notificationRetry?: NotificationRetry;
  /**
   * From `defineBudgets` (docs/budgets.md). Without them nothing is counted or reserved. All workers
   * of one Restate server are given the same.
   */
  readonly budgets?: BudgetSettings;
  /** What models cost, in the place of the shipped prices of the same models. */
  readonly prices?: readonly ModelPrice[];
  /**
   * Sends OpenTelemetry spans to a collector (docs/telemetry.md). Default: as the standard variables say,
   * and without them none are made.
   */
  readonly telemetry?: TelemetryOptions;
}

/** Which deployments a worker serves; everything by default. */
export interface ServePart {
  /** All agents, the named ones, or none. */
  readonly agents?: boolean | readonly string[];
  /** All tools, the named ones, or none. */
  readonly tools?: boolean | readonly string[];
  readonly waiters?: boolean;
  /**
   * Stops and their watch, schedules, events, webhooks and notifications. By default as `waiters`:
   * all of them outlive releases.
   */
  readonly control?: boolean;
}
