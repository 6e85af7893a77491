// Owns keeping credentials that are slow to get, such as a vault's, in memory: renewed shortly
// before they expire, asked for once however many wait, and forgotten when they are refused.
import type {
  CredentialAnswer,
  CredentialRequest,
  CredentialResolver,
  FoundCredential,
} from "../../contract/credential.ts";

export interface CachedCredentialsOptions {
  readonly source: CredentialResolver;
  /** How long before its end a value is renewed, in milliseconds; 60,000 by default. */
  readonly renewBeforeMs?: number;
  /** How long a value without an end is kept, in milliseconds; 300,000 by default. */
  readonly maxAgeMs?: number;
  /** Bound of one question to the source, in milliseconds; 30,000 by default. */
  readonly timeoutMs?: number;
  /** Milliseconds since the epoch; the system's clock by default. */
  readonly now?: () => number;
}

interface Kept {
  readonly found: FoundCredential;
  readonly renewAt: number;
}

/** Answers of failure are not kept. */
export function createCachedCredentials(options: CachedCredentialsOptions): CredentialResolver {
  const { source, now = Date.now, timeoutMs = 30_000 } = checked(options);
  const kept = new Map<string, Kept>();
  const flights = new Map<string, Promise<CredentialAnswer>>();

  const keep = (key: string, found: FoundCredential): void => {
    const [oldest] = kept.keys();
    if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(key, { found, renewAt: renewalOf(found, now(), options) });
  };

  const fly = (key: string, request: CredentialRequest): Promise<CredentialAnswer> => {
    // Not a caller's signal: the others wait for the answer too.
    const flight = withinBound(source, request, timeoutMs).then((answer) => {
      // Unless the value was refused in the meantime, and this may be the same one.
      if (flights.get(key) !== flight) return answer;
      kept.delete(key);
      if (answer.outcome === "ok") keep(key, answer);
      return answer;
    });
    flights.set(key, flight);
    const land = (): void => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    flight.then(land, land);
    return flight;
  };

  return {
    async resolve(request, signal) {
      signal.throwIfAborted();
      const key = keyOf(request);
      const last = kept.get(key);
      if (last !== undefined && now() < last.renewAt) return last.found;
      const flight = flights.get(key) ?? fly(key, request);
      try {
        return await untilAborted(flight, signal);
      } catch (error) {
        // The source is down, and what it last said still holds.
        if (!signal.aborted && kept.has(key) && isGood(last, now())) return last.found;
        throw error;
      }
    },
    invalidate(request) {
      kept.delete(keyOf(request));
      flights.delete(keyOf(request));
      source.invalidate?.(request);
    },
  };
}

const DEFAULT_RENEW_BEFORE_MS = 60_000;
const DEFAULT_MAX_AGE_MS = 300_000;
const MAX_KEPT = 1000;

function checked(options: CachedCredentialsOptions): CachedCredentialsOptions {
  for (const name of ["renewBeforeMs", "maxAgeMs", "timeoutMs"] as const) {
    const value = options[name];
    if (value === undefined || (Number.isFinite(value) && value >= 0)) continue;
    throw new Error(`${name} of cached credentials is ${value}; it must be 0 or more milliseconds`);
  }
  return options;
}

function renewalOf({ expiresAt }: FoundCredential, at: number, given: CachedCredentialsOptions) {
  if (expiresAt === undefined) return at + (given.maxAgeMs ?? DEFAULT_MAX_AGE_MS);
  return expiresAt - (given.renewBeforeMs ?? DEFAULT_RENEW_BEFORE_MS);
}

/** It has an end, and that is still to come. */
function isGood(last: Kept | undefined, at: number): last is Kept {
  return last?.found.expiresAt !== undefined && at < last.found.expiresAt;
}

// A source may give the same name to different tools differently.
function keyOf({ name, tenant, tool, agent }: CredentialRequest): string {
  return JSON.stringify([name, tenant ?? null, tool, agent]);
}

async function withinBound(
  source: CredentialResolver,
  request: CredentialRequest,
  timeoutMs: number,
): Promise<CredentialAnswer> {
  const bound = AbortSignal.timeout(timeoutMs);
  return untilAborted(source.resolve(request, bound), bound);
}

/** As the promise, or the signal's reason when that comes first. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason as Error);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
