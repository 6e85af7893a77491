// Owns the port CallModel: one step's model call from the log to a judged answer. It runs
// inside the action `model-call`, so only what it returns is journaled. When to call again
// is decided by core/, how to talk to a provider by the adapters, what is allowed by policy.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { ArtifactStore, TenantArtifacts } from "../../contract/artifact.ts";
import type {
  AgentManifest,
  ModelChoice,
  ModelProvider,
  ProviderReply,
} from "../../contract/model.ts";
import type { CallModel, FindUnregistered, ModelCall, ReadLog } from "../../contract/port.ts";
import type { LiveSink } from "../../contract/live.ts";
import type { StopsView } from "../../contract/stop.ts";
import { LRUCache } from "lru-cache";
import { assembleContext } from "../../core/context.ts";
import { sealManifest } from "../../core/define-agent.ts";
import { throwIfAborted } from "./abort.ts";
import type { CallAuthority } from "./authorize-call.ts";
import { createAuthorizer } from "./authorize-call.ts";
import { buildRequest } from "./build-request.ts";
import { callWithTimeout } from "./call-with-timeout.ts";
import type { ContextCache } from "./context-cache.ts";
import { keepAnswer } from "./keep-answer.ts";
import { loadEvents } from "./load-events.ts";
import { tellText } from "./tell-text.ts";
import { resolveMessages } from "./resolve-messages.ts";
import { tryModels } from "./try-models.ts";

export interface ModelCallerOptions {
  readonly agent: AgentDefinition;
  readonly manifest: AgentManifest;
  /** By the names that the agent's models use. */
  readonly providers: Readonly<Record<string, ModelProvider>>;
  readonly artifacts: ArtifactStore;
  readonly readLog: ReadLog;
  readonly findUnregistered: FindUnregistered;
  /** Texts of an answer above this many bytes become artifacts. */
  readonly inlineLimitBytes: number;
  readonly authority: CallAuthority;
  /** Asked before each model; nothing is ever stopped where it is left out. */
  readonly stops?: Pick<StopsView, "recent"> | undefined;
  /** Is told the text while it is written. */
  readonly live?: LiveSink | undefined;
  /** May be shared by all callers of a process. */
  readonly cache: ContextCache;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/**
 * The model caller of one agent. A call rejects with an AbortError when its signal aborts,
 * and with a plain Error, which makes the engine retry, when the log or the store cannot be
 * read; a provider's failure is a value.
 */
export function createModelCaller(options: ModelCallerOptions): CallModel {
  const { agent, manifest, providers, artifacts, now = Date.now } = options;
  const storeManifest = createManifestStore(manifest);
  return async (call, signal) => {
    const startedAt = now();
    throwIfAborted(signal);
    const tenants = artifacts.ofTenant(call.tenant);
    await storeManifest(call.tenant, tenants);
    const events = await loadEvents(call, options);
    const context = assembleContext(events);
    // A clock that jumped may have left the log ahead: a wait counts from the log's time (F27).
    const loggedAt = events.at(-1)?.at ?? 0;
    const { maxOutputTokens: cap, modelTimeoutMs: timeoutMs } = agent.limits;
    const own = cap === undefined ? undefined : cap * call.room;
    const maxOutputTokens = call.maxOutputTokens ?? own;
    const ask = async (choice: ModelChoice): Promise<ProviderReply> => {
      const stopped = await stoppedReply(options, call, choice);
      if (stopped !== undefined) return stopped;
      const provider = providers[choice.provider];
      if (provider === undefined) return { kind: "operator", code: "provider_not_configured" };
      const messages = await resolveMessages(context, tenants, choice);
      const request = buildRequest({ manifest, model: choice.model, messages, maxOutputTokens });
      const hear = tellText(options.live, agent, call);
      return callWithTimeout(provider, request, { signal, timeoutMs, hear });
    };
    const { choice, reply, fallbacks } = await tryModels(agent.models, ask);
    const authorize = createAuthorizer(options.authority, agent, call, now());
    const kept =
      reply.kind === "answered"
        ? await keepAnswer(reply, choice, {
            ...options,
            artifacts: tenants,
            authorize,
            at: Math.max(now(), loggedAt),
            call,
          })
        : reply;
    const { provider, model } = choice;
    const { policyVersion } = options.authority;
    const judged = kept.kind === "answered" && kept.answer.calls.length > 0;
    return {
      provider,
      model,
      startedAt,
      durationMs: Math.max(0, now() - startedAt),
      fallbacks,
      ...(judged && policyVersion !== call.policyVersion ? { policyVersion } : {}),
      ...kept,
    };
  };
}

/** What stands in the place of an answer when an operator has stopped whom it would be asked of. */
async function stoppedReply(
  { stops }: ModelCallerOptions,
  { agent, tenant }: ModelCall,
  { model }: ModelChoice,
): Promise<ProviderReply | undefined> {
  if (stops === undefined) return undefined;
  const found = stops.recent({ agent, model, ...(tenant === undefined ? {} : { tenant }) });
  const check = found instanceof Promise ? await found : found;
  if (!check.stopped) return undefined;
  const { kind, name } = check;
  return { kind: "stopped", code: "stopped", stop: { kind, name } };
}

type StoreManifest = (tenant: string | undefined, own: TenantArtifacts) => Promise<unknown>;

/** Tenants whose store is known to have the manifest; of one that is forgotten it is put again. */
const REMEMBERED_TENANTS = 4_096;
const NO_TENANT: unique symbol = Symbol("no tenant");

/** Stores the manifest before a tenant's first call in the process; a failure is tried again. */
function createManifestStore(manifest: AgentManifest): StoreManifest {
  const bytes = new TextEncoder().encode(sealManifest(manifest).json);
  const stored = new LRUCache<string | typeof NO_TENANT, Promise<unknown>>({
    max: REMEMBERED_TENANTS,
  });
  return (tenant, own) => {
    const key = tenant ?? NO_TENANT;
    const known = stored.get(key);
    if (known !== undefined) return known;
    const storing = own.put(bytes, "application/json").catch((error: unknown) => {
      stored.delete(key);
      throw error;
    });
    stored.set(key, storing);
    return storing;
  };
}
