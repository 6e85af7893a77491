// Owns the credentials of one attempt: given to the author's code, taken out of all that leaves
// it, and exchanged once when the other side refuses one. In memory only, for as long as the
// attempt lasts (L9).
import type { CallOrigin, ResolvedCredential } from "../../contract/effect-port.ts";
import type { Blocked } from "../../contract/tool.ts";
import { type CredentialRefused, isCredentialRefused } from "../../tools/credential-refused.ts";
import type { EffectGate } from "./effect-gate.ts";
import { bounded } from "./error-body.ts";
import { createRedactor, type Redactor } from "./redactor.ts";
import type { ToolHost } from "./tool-host.ts";

/** How the author's code ended. `unasked`: nothing happened, and the source could not be asked. */
export type Ran =
  | { readonly value: unknown }
  | { readonly blocked: Blocked }
  | { readonly unasked: unknown };

export interface AttemptCredentials {
  /** Knows every value that was given out. */
  readonly redactor: Redactor;
  /** Names of what was given out. */
  readonly names: () => readonly string[];
  /** Rejects with an error that the author's code lets through. */
  get(name: string, signal: AbortSignal): Promise<string>;
  /**
   * Runs the author's code, and once more for each credential that the other side refused while
   * another value of it is there. Rejects as the code does.
   */
  run(work: () => unknown, signal: AbortSignal): Promise<Ran>;
}

export function createAttemptCredentials(
  host: ToolHost,
  origin: CallOrigin,
  gate: EffectGate,
): AttemptCredentials {
  const { tool, logger } = host;
  const wallet = createWallet(host, origin);
  return {
    redactor: wallet.redactor,
    names: () => [...wallet.given.keys()],
    async get(name, signal) {
      if (!tool.credentials.includes(name)) {
        const problem = `tool "${tool.name}" asks for the credential "${name}", which it does not declare; add it to credentials: [...]`;
        logger.error({ tool: tool.name }, problem);
        throw new Error(problem);
      }
      const resolved = await wallet.resolve(name, signal).catch((error: unknown) => {
        throw gate.refuse({ outcome: "unasked", error });
      });
      if ("missing" in resolved) throw gate.refuse(blocked(resolved.missing));
      return resolved.value;
    },
    async run(work, signal) {
      for (;;) {
        const { begun } = gate;
        try {
          return { value: await work() };
        } catch (error) {
          // An effect that began before the one that was refused may have happened.
          if (!isCredentialRefused(error) || gate.begun > begun + 1) throw error;
          const end = await exchange(wallet, error, signal);
          if (end !== "exchanged") return end;
        }
      }
    },
  };
}

interface Wallet {
  readonly redactor: Redactor;
  /** The last value of each name. */
  readonly given: ReadonlyMap<string, ResolvedCredential>;
  /** Names of those that were exchanged. */
  readonly exchanged: Set<string>;
  resolve(
    name: string,
    signal: AbortSignal,
    fresh?: boolean,
  ): Promise<ResolvedCredential | { readonly missing: string }>;
}

function createWallet({ resolveCredential }: ToolHost, origin: CallOrigin): Wallet {
  const redactor = createRedactor();
  const given = new Map<string, ResolvedCredential>();
  return {
    redactor,
    given,
    exchanged: new Set(),
    async resolve(name, signal, fresh = false) {
      if (resolveCredential === undefined) {
        return { missing: `the credential "${name}" is missing: the app has no credentials` };
      }
      const resolved = await resolveCredential(name, origin, signal, fresh);
      if ("value" in resolved) {
        redactor.add(resolved.value);
        given.set(name, resolved);
      }
      return resolved;
    },
  };
}

/** Gets another value for the one that was refused, or says how the attempt ends. */
async function exchange(
  { redactor, given, exchanged, resolve }: Wallet,
  { credential: name, message }: CredentialRefused & Error,
  signal: AbortSignal,
): Promise<"exchanged" | Ran> {
  const old = given.get(name);
  if (old !== undefined && !exchanged.has(name)) {
    exchanged.add(name);
    try {
      const fresh = await resolve(name, signal, true);
      if ("missing" in fresh) return { blocked: blocked(fresh.missing) };
      if (fresh.value !== old.value) return "exchanged";
    } catch (unasked) {
      return { unasked };
    }
  }
  const why = bounded(redactor.text(message));
  const where = old?.source ?? "its source";
  return {
    blocked: blocked(
      `the credential "${name}" was refused by the other side (${why}); renew it in ${where}`,
    ),
  };
}

function blocked(reason: string): Blocked {
  return { outcome: "blocked", code: "credential", reason };
}
