// Owns one run of an author's code within its bounds, and the judgement of how it ended. Knows
// nothing of Restate; runs inside an action.
import type { EffectVerb } from "../../contract/effect-port.ts";
import { isEngineBusy } from "../../contract/engine-busy.ts";
import type { CallEvidence } from "../../contract/evidence.ts";
import type { Blocked, ToolContext, ToolRequest } from "../../contract/tool.ts";
import { evidenceIn } from "../../core/call-evidence.ts";
import type { WaitRequest } from "../../contract/wait.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";
import { isNotApplied } from "../../tools/not-applied.ts";
import { isToolFailure } from "../../tools/tool-failure.ts";
import { isWaitFor, waitFor } from "../../tools/wait-for.ts";
import { askAuthority } from "./ask-authority.ts";
import { type AttemptCredentials, createAttemptCredentials } from "./attempt-credentials.ts";
import { callFields } from "./call-fields.ts";
import { type Deadline, deadlineIn } from "./deadline.ts";
import { createEffectGate, type EffectGate, type Refusal } from "./effect-gate.ts";
import { describeFault } from "./fault.ts";
import { readWait } from "./settle-wait.ts";
import type { LoadedCall } from "./load-call.ts";
import { type ContextOf, createToolContext } from "./tool-context.ts";
import type { ToolHost } from "./tool-host.ts";
import { withTimeout } from "./with-timeout.ts";

export interface AuthorsCall extends ContextOf {
  /** Whoever is asked before the author's code is told of this; absent where nobody is. */
  readonly authority?: {
    readonly verb: EffectVerb;
    readonly request: ToolRequest;
    readonly call: LoadedCall;
  };
  /** Absent for what changes nothing. */
  readonly effect?: {
    /** It must begin by then. */
    readonly deadline: Deadline | undefined;
  };
  /** Looks, before anything else, whether the call still rests on what it rested on. */
  readonly stillHolds?: (context: ToolContext) => Promise<Blocked | undefined>;
  readonly run: (context: ToolContext) => unknown;
}

export type Attempted =
  | { readonly did: "returned"; readonly value: unknown }
  /** The tool's own word, for the model. */
  | { readonly did: "failed"; readonly code: string; readonly message: string }
  /** It is certain that nothing happened; another attempt may follow. */
  | { readonly did: "nothing"; readonly reason: string }
  | { readonly did: "blocked"; readonly blocked: Blocked }
  /** Nothing happened, since somebody who had to be asked could not be. */
  | { readonly did: "unasked"; readonly error: unknown }
  /** Neither. Names the kind of error and never its text, which may hold a secret. */
  | {
      readonly did: "fault";
      readonly reason: string;
      /** Whether the author's code was reached, so that there may be an effect. */
      readonly entered: boolean;
    };

/**
 * With the decision under which it was made, or kept from being made, and the credentials that it
 * used. Rejects only when the attempt is over, and nobody waits for it.
 */
export async function attemptCall(
  host: ToolHost,
  call: AuthorsCall,
  attemptSignal: AbortSignal,
): Promise<Attempted & CallEvidence> {
  const gate = gateOf(host, call);
  const credentials = createAttemptCredentials(host, call.origin, gate);
  const run = () => attempt(host, call, { gate, credentials }, attemptSignal);
  const attempted = await observed(host, call, run);
  const refusal = attempted.did === "blocked" ? attempted.blocked.authority : undefined;
  const authority = refusal ?? gate.permitted;
  const evidence = { credentials: credentials.names() };
  return {
    ...attempted,
    ...evidenceIn(authority === undefined ? evidence : { authority, ...evidence }),
  };
}

/** A call that is only proposed is nothing to be told of. */
function observed(
  { observeAttempt, tool }: ToolHost,
  { origin, operationId, authority }: AuthorsCall,
  run: () => Promise<Attempted>,
): Promise<Attempted> {
  if (observeAttempt === undefined || operationId === undefined) return run();
  const input = authority === undefined ? {} : { input: authority.call.input };
  const verb = authority?.verb ?? "reconcile";
  return observeAttempt<Attempted>({ origin, operationId, verb, tool, ...input }, run);
}

interface Bounds {
  readonly gate: EffectGate;
  readonly credentials: AttemptCredentials;
}

async function attempt(
  host: ToolHost,
  call: AuthorsCall,
  { gate, credentials }: Bounds,
  attemptSignal: AbortSignal,
): Promise<Attempted> {
  const { tool } = host;
  const clean = (text: string): string => credentials.redactor.text(text);
  let entered = false;
  const warn: Warn = (fields, message) => {
    const ids = callFields(call.origin, call.operationId);
    host.logger.warn({ ...ids, ...fields }, message);
  };
  const fault = (told: string, places: readonly string[] = []): Attempted => {
    const reason = clean(told);
    warn({ reason, at: places.map(clean) }, "an attempt of a tool failed");
    return { did: "fault", reason, entered };
  };
  try {
    const bounded = await withTimeout(tool.timeoutMs, attemptSignal, async (signal) => {
      const context = createToolContext(host, call, gate, credentials, signal);
      const authors = async (): Promise<unknown> => {
        const stale = await call.stillHolds?.(context);
        // What has changed is quoted from the author's code.
        if (stale !== undefined) throw gate.refuse(credentials.redactor.value(stale) as Blocked);
        await gate.check(signal);
        entered = true;
        return call.run(context);
      };
      return credentials.run(authors, signal);
    });
    if (bounded.timedOut) return fault(`it timed out after ${tool.timeoutMs} ms`);
    const ran = bounded.value;
    if ("blocked" in ran) return { did: "blocked", blocked: ran.blocked };
    if ("unasked" in ran) return { did: "unasked", error: ran.unasked };
    if (!refusedAll(gate)) {
      return { did: "returned", value: withoutCredentials(host, ran.value, credentials, warn) };
    }
    // Whoever swallows a refusal may have made the effect all the same.
    if (call.effect === undefined) return refusedAs(gate.refusal);
    return fault(`it returned although its effect was refused (${nameOf(gate.refusal)})`);
  } catch (error) {
    if (refusedAll(gate)) return refusedAs(gate.refusal);
    if (isToolFailure(error)) {
      return { did: "failed", code: clean(error.code), message: clean(error.message) };
    }
    if (isNotApplied(error)) return { did: "nothing", reason: clean(error.message) };
    // Nobody waits for an attempt that is over.
    attemptSignal.throwIfAborted();
    const { name, at } = describeFault(error);
    return fault(name, at);
  } finally {
    gate.close();
  }
}

type Warn = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** What the author's code returned, a wait included. */
function withoutCredentials(
  host: ToolHost,
  returned: unknown,
  credentials: AttemptCredentials,
  warn: Warn,
): unknown {
  const wait = isWaitFor(returned) ? readWait(host, returned) : undefined;
  const told = wait === undefined ? returned : wait.request;
  const value = credentials.redactor.value(told);
  if (value !== told) {
    warn({ credentials: credentials.names() }, "a credential was taken out of a tool's result");
  }
  return wait === undefined ? value : waitFor(value as WaitRequest);
}

function gateOf(host: ToolHost, { authority, effect }: AuthorsCall): EffectGate {
  const { tool, checkAuthority } = host;
  const asked = checkAuthority === undefined ? undefined : authority;
  return createEffectGate({
    clock: host,
    first: effect?.deadline,
    end: deadlineIn(tool.timeoutMs, host),
    ask: asked === undefined ? undefined : (signal) => askAuthority(host, { ...asked, signal }),
    asksAgain: EFFECT_POLICY[tool.effect].freshAuthority,
  });
}

/** Something was refused, and nothing had begun before. */
function refusedAll(gate: EffectGate): gate is EffectGate & { readonly refusal: Refusal } {
  return gate.refusal !== undefined && gate.begun === 0;
}

function refusedAs(refusal: Refusal): Attempted {
  switch (refusal.outcome) {
    case "blocked":
      return { did: "blocked", blocked: refusal };
    case "late":
      return { did: "nothing", reason: "it was too late to begin" };
    case "unasked": {
      const { error } = refusal;
      return isEngineBusy(error) ? { did: "blocked", blocked: BUSY } : { did: "unasked", error };
    }
  }
}

/** An attempt that waited here would keep the place that the question needs. */
const BUSY: Blocked = {
  outcome: "blocked",
  code: "busy",
  reason: "the engine has no place for asking whether it may begin",
};

function nameOf(refusal: Refusal): string {
  return refusal.outcome === "blocked" ? refusal.code : refusal.outcome;
}
