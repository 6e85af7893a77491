// Owns the two actions of an effect: `intent`, which draws the token and is recorded before
// anything happens (R13), and the attempt, which takes it. Journaled: add optional fields only.
import type { EffectClass } from "../../contract/effect-class.ts";
import { isEngineBusy } from "../../contract/engine-busy.ts";
import type { CallEvidence } from "../../contract/evidence.ts";
import type { Blocked, ToolContext, ToolError } from "../../contract/tool.ts";
import { evidenceIn } from "../../core/call-evidence.ts";
import { isFenced } from "../../core/effect-policy.ts";
import { sha256 } from "../../core/digest.ts";
import { askAuthority } from "./ask-authority.ts";
import { type Attempted, attemptCall } from "./attempt-call.ts";
import type { Deadline } from "./deadline.ts";
import type { Effect } from "./effect.ts";
import { describeFault } from "./fault.ts";
import type { LoadedCall } from "./load-call.ts";
import { errorBody } from "./error-body.ts";
import type { Fault, Nothing } from "./outcome.ts";
import { outage } from "./repeat-faults.ts";
import type { ToolHost } from "./tool-host.ts";

export interface Intent {
  readonly outcome: "intended";
  readonly operationId: string;
  readonly argumentsDigest: string;
  readonly effect: EffectClass;
  readonly tokenHash: string;
  /** The holder of the token begins by then; milliseconds since the epoch. */
  readonly startDeadline: number;
  /** When nothing of it can be under way any more; milliseconds since the epoch. */
  readonly notBefore: number;
}

/** Rejects when the artifact store does, or authority where it is to be asked. */
export async function intend<Body extends object, Kept>(
  host: ToolHost,
  effect: Effect<Body, Kept>,
  afterOutage: boolean,
  signal: AbortSignal,
): Promise<Intent | ToolError> {
  const loaded = await effect.load();
  if ("outcome" in loaded) return loaded;
  // Waiting for the end of an outage is the engine's, and no token grows old meanwhile.
  if (afterOutage) await askEverybody(host, effect, loaded, signal);
  const { tool } = host;
  const { tokenHash, deadline } = host.tokens.draw(tool.startDeadlineMs, loaded);
  return {
    outcome: "intended",
    operationId: effect.operationId,
    argumentsDigest: loaded.argumentsDigest,
    effect: tool.effect,
    tokenHash,
    startDeadline: deadline.at,
    notBefore: deadline.at + tool.timeoutMs + host.marginMs,
  };
}

async function askEverybody<Body extends object, Kept>(
  host: ToolHost,
  { verb, request }: Effect<Body, Kept>,
  call: LoadedCall,
  signal: AbortSignal,
): Promise<void> {
  try {
    await askAuthority(host, { verb, request, call, signal });
    for (const name of host.tool.credentials) await host.resolveCredential?.(name, request, signal);
  } catch (error) {
    // The attempt asks again, and says so: an action that is retried would keep its place.
    if (isEngineBusy(error)) return;
    throw outage(error);
  }
}

/** How an attempt ended. */
export type Ended<Body extends object, Kept> = (
  | { readonly end: "settled"; readonly body: Body | ToolError | Blocked }
  /** It happened, and its result has no place yet. */
  | { readonly end: "unstored"; readonly kept: Kept }
  | { readonly end: "failed"; readonly last: Fault | Nothing }
  /** The token is not here: some process had it, and may have made the effect. */
  | { readonly end: "gone" }
) &
  CallEvidence & {
    /** Somebody else may have made it too, with the same key. */
    readonly again?: boolean;
  };

/**
 * `fresh`: the intent was drawn by the same run of the handler, so that nobody else can have acted
 * on it. Rejects when the attempt is over, or when the store does before anything was done.
 */
export async function attemptEffect<Body extends object, Kept>(
  host: ToolHost,
  effect: Effect<Body, Kept>,
  { tokenHash }: Intent,
  fresh: boolean,
  signal: AbortSignal,
): Promise<Ended<Body, Kept>> {
  const held = host.tokens.take(tokenHash);
  if (held === undefined && isFenced(host.tool)) return { end: "gone" };
  if (held !== undefined && (fresh || isFenced(host.tool))) {
    return makeEffect(host, effect, held, signal);
  }
  // The other side knows the key.
  const value = held?.value ?? (await effect.load());
  if ("outcome" in value) {
    // What was intended could be loaded, and may have happened.
    const last: Fault = { outcome: "fault", reason: value.code, entered: true };
    return { end: "failed", last, again: true };
  }
  return { ...(await makeEffect(host, effect, { value }, signal)), again: true };
}

async function makeEffect<Body extends object, Kept>(
  host: ToolHost,
  effect: Effect<Body, Kept>,
  { value: call, deadline }: { readonly value: LoadedCall; readonly deadline?: Deadline },
  signal: AbortSignal,
): Promise<Ended<Body, Kept>> {
  const { verb, request, operationId, stillHolds } = effect;
  const attempted = await attemptCall(
    host,
    {
      origin: request,
      operationId,
      idempotencyKey: sha256(operationId),
      authority: { verb, request, call },
      effect: { deadline },
      ...(stillHolds === undefined
        ? {}
        : { stillHolds: (context: ToolContext) => stillHolds(call, context) }),
      run: (context) => effect.run(call, context),
    },
    signal,
  );
  return { ...(await endOf(effect, attempted)), ...evidenceIn(attempted) };
}

async function endOf<Body extends object, Kept>(
  effect: Effect<Body, Kept>,
  attempted: Attempted,
): Promise<Ended<Body, Kept>> {
  switch (attempted.did) {
    case "returned": {
      const settled = await effect.settle(attempted.value);
      return "kept" in settled
        ? { end: "unstored", kept: settled.kept }
        : { end: "settled", body: settled };
    }
    case "failed":
      return { end: "settled", body: errorBody(attempted.code, attempted.message) };
    case "blocked":
      return { end: "settled", body: attempted.blocked };
    case "nothing":
      return failed({ outcome: "nothing", reason: attempted.reason });
    case "unasked": {
      const reason = `nobody could be asked (${describeFault(attempted.error).name})`;
      return failed({ outcome: "nothing", reason, uncounted: true });
    }
    case "fault":
      return failed({ outcome: "fault", reason: attempted.reason, entered: attempted.entered });
  }
}

function failed(last: Fault | Nothing): { readonly end: "failed"; readonly last: Fault | Nothing } {
  return { end: "failed", last };
}
