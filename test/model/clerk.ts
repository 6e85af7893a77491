// Owns the agent, the scripted provider and the model caller that the caller's tests share.
import { z } from "zod";
import type { AgentLimits } from "../../contract/agent.ts";
import type { ArtifactStore } from "../../contract/artifact.ts";
import type { ModelProvider, ModelRequest, ProviderReply } from "../../contract/model.ts";
import type { CallModel } from "../../contract/port.ts";
import { defineAgent, manifestOf } from "../../core/define-agent.ts";
import type { ModelCallerOptions } from "../../services/model/model-caller.ts";
import { createContextCache } from "../../services/model/context-cache.ts";
import { createPolicyEngine } from "../../services/policy/policy-engine.ts";
import { createJudge } from "../../core/grant/judge-authority.ts";
import { createModelCaller } from "../../services/model/model-caller.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { defineTool } from "../../tools/define-tool.ts";

const weather = defineTool({
  name: "weather",
  description: "Tells the weather.",
  input: z.object({ city: z.string() }),
  output: z.string(),
  effect: "read",
  execute: () => "sunny",
});

export interface Clerk {
  readonly limits?: Partial<AgentLimits>;
  readonly output?: z.ZodType;
  readonly models?: readonly [string, ...string[]];
}

/** An agent whose models are `p/m`, or the given `provider/model`s. */
export function clerkOf({ limits = {}, output, models = ["p/m"] }: Clerk = {}) {
  const choices = models.map((each) => {
    const [provider = "", model = ""] = each.split("/");
    return { provider, model };
  });
  const [first = { provider: "p", model: "m" }, ...others] = choices;
  return defineAgent({
    name: "clerk",
    instructions: "You are a clerk.",
    model: [first, ...others],
    tools: [weather],
    limits,
    ...(output === undefined ? {} : { output }),
  });
}

const policy = createPolicyEngine();

export interface Setup extends Clerk {
  readonly providers: Readonly<Record<string, ModelProvider>>;
  readonly artifacts?: ArtifactStore;
  readonly inlineLimitBytes?: number;
  readonly options?: Partial<ModelCallerOptions>;
}

/** The clerk's model caller; its log is whatever the call brings along as `recent`. */
export function callerOf(setup: Setup): CallModel {
  const agent = clerkOf(setup);
  return createModelCaller({
    agent,
    manifest: manifestOf(agent),
    providers: setup.providers,
    artifacts: setup.artifacts ?? createMemoryArtifactStore(),
    readLog: () => Promise.resolve({ events: [], more: false }),
    findUnregistered: () => Promise.resolve([]),
    inlineLimitBytes: setup.inlineLimitBytes ?? 1024,
    cache: createContextCache(),
    authority: {
      judge: createJudge(policy),
      policyVersion: policy.version,
      ruleFor: policy.ruleFor,
    },
    ...setup.options,
  });
}

/** A reply with an answer of nothing, and whatever a test adds. */
export function replyOf(
  parts: Partial<Extract<ProviderReply, { kind: "answered" }>>,
): ProviderReply {
  return {
    kind: "answered",
    calls: [],
    finish: "stop",
    usage: { inputTokens: 1, outputTokens: 2 },
    model: "m",
    response: "{}",
    requestDigest: "0".repeat(64),
    ...parts,
  };
}

export interface ScriptedProvider extends ModelProvider {
  readonly requests: ModelRequest[];
}

/** A provider that gives these replies in turn, the last one for ever. */
export function scripted(...replies: readonly ProviderReply[]): ScriptedProvider {
  const requests: ModelRequest[] = [];
  return {
    requests,
    call(request) {
      const reply = replies[Math.min(requests.length, replies.length - 1)] ?? replyOf({});
      requests.push(request);
      return Promise.resolve(reply);
    },
  };
}
