// Owns who a request comes from, by its `Authorization` header. No credential, a malformed, an
// unknown, an expired and a revoked one have one answer, byte for byte.
import { API_KEY_PREFIX, type ApiKeys, createApiKeys } from "./api-keys.ts";
import { type Caller, principalSchema } from "./caller.ts";
import { problem } from "./problem.ts";
import { ROLES } from "./roles.ts";
import { settingsProblem } from "./settings-problem.ts";
import { createTokens, type TokenIssuer } from "./tokens.ts";

/** Who may come. Both empty is valid: then nobody may. */
export interface Authentication {
  readonly apiKeys?: ApiKeys;
  readonly issuers?: readonly TokenIssuer[];
}

/** Rejects with a problem for who is not known. */
export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

/** Who comes where nobody is authenticated: on this machine, and everything that is allowed. */
const ANYBODY = "anybody";

const BEARER = /^Bearer ([\w.~+/=-]+)$/i;

/** Throws an Error for settings that cannot be used. */
export function createAuthenticate(
  settings: Authentication | undefined,
  principal: string | undefined,
): Authenticate {
  if (settings === undefined) {
    const anybody = { principal: readPrincipal(principal ?? ANYBODY), roles: ROLES };
    return async () => anybody;
  }
  if (principal !== undefined)
    throw new Error("principal goes without authentication only; leave it out");
  const findKey = createApiKeys(settings.apiKeys ?? []);
  const findToken = createTokens(settings.issuers ?? []);
  return async (authorization) => {
    const credential = BEARER.exec(authorization ?? "")?.[1];
    if (credential === undefined) throw unauthenticated();
    const isKey = credential.startsWith(API_KEY_PREFIX);
    const caller = isKey ? findKey(credential, Date.now()) : await findToken(credential);
    if (caller === undefined) throw unauthenticated();
    return caller;
  };
}

function readPrincipal(principal: string): string {
  const parsed = principalSchema.safeParse(principal);
  if (!parsed.success) throw settingsProblem("principal", parsed.error.issues);
  return parsed.data;
}

function unauthenticated() {
  return problem("unauthenticated", "give a valid API key or token as Authorization: Bearer");
}
