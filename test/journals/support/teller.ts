// Owns the app whose handlers' journals are recorded and replayed. Its tools and its model tell
// `act` whenever they run, so a replay can refuse. What is defined here is a part of the journals:
// a change of it, as of any agent's definition, is a new version of the agent, and new recordings.
import { join } from "node:path";
import { z } from "zod";
import type { AgentDefinition } from "../../../contract/agent.ts";
import type { EffectClass } from "../../../contract/effect-class.ts";
import type { ModelRequest } from "../../../contract/model.ts";
import type { AnyTool } from "../../../contract/tool.ts";
import type { App, AppOptions } from "../../../index.ts";
import {
  askHuman,
  createApp,
  createFsArtifactStore,
  defineAgent,
  defineBudgets,
  defineTool,
  delegate,
  sleep,
  waitForEvent,
} from "../../../index.ts";
import { createLogger } from "../../../services/log.ts";
import { plannedModel } from "../../agent/support/planned-model.ts";

export interface TellerWorld {
  readonly ingressUrl: string;
  readonly adminUrl: string;
  /** For artifacts. */
  readonly directory: string;
  /** Called by everything that acts on the world. */
  readonly act: (what: string) => void;
}

export const TELLER = "teller";
export const REVIEWED = "reviewed";
/** Of the webhooks that the app takes. */
export const WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

export function createTeller({ ingressUrl, adminUrl, directory, act }: TellerWorld): App {
  const providers = {
    planned: {
      call(request: ModelRequest, signal: AbortSignal) {
        act("model");
        return plannedModel().call(request, signal);
      },
    },
  };
  return createApp({
    agents: tellersWith(toolsFor(act)),
    providers,
    artifacts: createFsArtifactStore({ directory: join(directory, "artifacts") }),
    ...BOUNDS,
    ...outsideOf(act),
    ingressUrl,
    adminUrl,
    logger: createLogger("silent"),
  });
}

function toolsFor(act: TellerWorld["act"]): readonly AnyTool[] {
  const tool = (name: string, effect: EffectClass, more: object = {}) =>
    defineTool({
      name,
      description: `Does ${name}.`,
      input: z.strictObject({ what: z.string() }),
      output: z.string(),
      effect,
      execute: ({ what }) => {
        act(`${name} ${what}`);
        if (what === "lost") throw new Error("the line is cut");
        return `${name} ${what}: ok`;
      },
      ...more,
    });
  let seen = 0;
  return [
    tool("look", "read"),
    tool("refund", "financial", { idempotency: "honoured" }),
    tool("pay", "financial", {
      approval: "never",
      reconcile: () => {
        act("reconcile pay");
        return { outcome: "cannot-tell" };
      },
    }),
    tool("book", "reversible", {
      approval: "never",
      idempotency: "honoured",
      compensate: () => act("compensate book"),
    }),
    tool("order", "financial", {
      idempotency: "honoured",
      // Never twice the same, so that a request for it turns stale.
      precondition: () => ({ seen: (seen += 1) }),
    }),
    tool("tell", "communication", { approval: "never" }),
    tool("hurry", "financial", { idempotency: "honoured" }),
    sleep,
    waitForEvent,
    askHuman,
  ];
}

function tellersWith(tools: readonly AnyTool[]): readonly AgentDefinition[] {
  const agent = {
    instructions: "You are a teller.",
    model: { provider: "planned", model: "m-1" },
    limits: { toolWaitMs: 1_000 },
  };
  const junior = defineAgent({ ...agent, name: "junior", tools: tools.slice(0, 1) });
  return [
    defineAgent({ ...agent, name: TELLER, tools: [...tools, delegate({ agents: [junior] })] }),
    defineAgent({ ...agent, name: REVIEWED, tools: [], review: "always" }),
    junior,
  ];
}

/** So short that what they end is recorded too. */
const BOUNDS = {
  budgets: defineBudgets({
    levels: { task: { limit: { steps: 100 } }, tenant: {} },
    idleMs: 1_000,
  }),
  approvals: { byTool: { hurry: { expiresAfterMs: 1_500 } } },
  approvalRetentionMs: 1_000,
  events: { keepMs: 1_000, rememberMs: 1_000, lateMs: 1_000 },
  notificationRetry: { firstMs: 10, maxMs: 20, forMs: 200, attempts: 2 },
} satisfies Partial<AppOptions>;

function outsideOf(act: TellerWorld["act"]): Partial<AppOptions> {
  let written = 0;
  return {
    credentials: {
      async resolve() {
        act("resolve");
        return { outcome: "ok", value: WEBHOOK_SECRET, source: "the test" };
      },
    },
    webhooks: {
      sources: { bank: { secrets: ["signing"], topic: () => "settled", key: () => "w" } },
    },
    // Nobody listens there: what is not taken ends as a dead letter.
    notifications: [
      { name: "ops", url: "http://127.0.0.1:9/", secret: "signing", events: ["task.failed"] },
    ],
    owners: {
      resolve(owner) {
        act("resolve an owner");
        return owner === "nobody" ? undefined : { kind: "person" };
      },
    },
    auditSink: {
      name: "sink",
      async write() {
        act("write");
        written += 1;
        if (written === 1) throw new Error("the sink is down");
      },
    },
    requireSinkFor: ["communication"],
  };
}
