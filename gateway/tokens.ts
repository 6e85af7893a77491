// Owns callers who present a JSON Web Token of an issuer that the configuration names: its signature,
// its audience and times, and which of its claims say who, for whom and in which roles.
import { createRemoteJWKSet, decodeJwt, errors, jwtVerify, type JWTPayload } from "jose";
import { z } from "zod";
import { parseSafely } from "../contract/parse-safely.ts";
import { hostIn, isLoopback } from "../core/is-loopback.ts";
import { type Caller, callerSchema, roleSchema } from "./caller.ts";
import { problem } from "./problem.ts";
import type { Role } from "./roles.ts";
import { settingsProblem } from "./settings-problem.ts";

/** By public keys only: with a shared secret, whoever checks a token could make one. */
const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
] as const;
export type TokenAlgorithm = (typeof ALGORITHMS)[number];

/** A claim by its name, or how the claims tell it. */
type Claim = string | ((claims: JWTPayload) => unknown);

export interface TokenIssuer {
  /** Exactly as in `iss`. */
  readonly issuer: string;
  /** Must be among `aud`. */
  readonly audience: string;
  /** Where its public keys are: https, or http on loopback. */
  readonly jwksUrl: string;
  /** Default: RS256 and ES256. */
  readonly algorithms?: readonly TokenAlgorithm[];
  /** By how much its clock may differ from ours, in seconds; 0 to 60, default 5. */
  readonly clockToleranceSeconds?: number;
  readonly claims?: {
    /** Default `sub`. */
    readonly principal?: Claim;
    /** Default `tenant`. */
    readonly tenant?: Claim;
    /** A list, or names with spaces between. Default `roles`. */
    readonly roles?: Claim;
  };
  /** What the issuer calls our roles. Default: by their own names. Others are passed over. */
  readonly roles?: Readonly<Record<string, Role>>;
  /** Stands before the principal, such as `corp:`, where two issuers may name two persons alike. */
  readonly principalPrefix?: string;
}

const claimSchema = z.union([
  z.string().min(1),
  z.custom<Claim>((value) => typeof value === "function"),
]);
const issuerSchema = z.strictObject({
  issuer: z.string().min(1),
  audience: z.string().min(1),
  jwksUrl: z.url({ protocol: /^https?$/ }).refine(isSafe, "must be https, or http on loopback"),
  algorithms: z.exactOptional(z.array(z.enum(ALGORITHMS)).min(1)),
  clockToleranceSeconds: z.exactOptional(z.int().min(0).max(60)),
  claims: z.exactOptional(
    z.strictObject({
      principal: z.exactOptional(claimSchema),
      tenant: z.exactOptional(claimSchema),
      roles: z.exactOptional(claimSchema),
    }),
  ),
  roles: z.exactOptional(z.record(z.string(), roleSchema)),
  principalPrefix: z.exactOptional(z.string().min(1).max(64)),
});

/** Undefined for a token that is not good; rejects where nobody can tell. */
export type FindToken = (token: string) => Promise<Caller | undefined>;

/** Throws an Error for issuers that cannot be used. */
export function createTokens(issuers: readonly TokenIssuer[]): FindToken {
  const parsed = z.array(issuerSchema).safeParse(issuers);
  if (!parsed.success) throw settingsProblem("authentication.issuers", parsed.error.issues);
  const byName = new Map(issuers.map((issuer) => [issuer.issuer, verifierOf(issuer)]));
  if (byName.size < issuers.length)
    throw new Error("authentication.issuers has one issuer twice; give each once");
  return async (token) => {
    const claimed = claimedIssuer(token);
    const verify = claimed === undefined ? undefined : byName.get(claimed);
    return verify?.(token);
  };
}

function verifierOf(settings: TokenIssuer): FindToken {
  const { issuer, audience, jwksUrl, algorithms = ["RS256", "ES256"] } = settings;
  const { clockToleranceSeconds: clockTolerance = 5 } = settings;
  const keys = createRemoteJWKSet(new URL(jwksUrl));
  const bounds = { issuer, audience, algorithms: [...algorithms], clockTolerance };
  return async (token) => {
    try {
      // One that never expires could not be taken back.
      const required = { ...bounds, requiredClaims: ["exp"] };
      const { payload } = await jwtVerify(token, keys, required);
      return callerOf(payload, settings);
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw problem("authentication_unavailable", "the issuer's keys cannot be had now; try again");
    }
  };
}

/** Not verified yet: it only says whose keys are asked. */
function claimedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

/** What the token itself is to blame for; all else is the issuer's address. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return false;
  const { code } = error;
  const blamed = ["ERR_JWKS_NO_MATCHING_KEY", "ERR_JWKS_MULTIPLE_MATCHING_KEYS"];
  const kinds = ["ERR_JWT_", "ERR_JWS_", "ERR_JOSE_ALG_NOT_ALLOWED", "ERR_JOSE_NOT_SUPPORTED"];
  return blamed.includes(code) || kinds.some((kind) => code.startsWith(kind));
}

function callerOf(claims: JWTPayload, settings: TokenIssuer): Caller | undefined {
  const { principal = "sub", tenant = "tenant", roles = "roles" } = settings.claims ?? {};
  const { principalPrefix = "" } = settings;
  const who = read(claims, principal);
  const caller = parseSafely(callerSchema, {
    principal: typeof who === "string" && who !== "" ? principalPrefix + who : undefined,
    tenant: read(claims, tenant),
    roles: rolesOf(read(claims, roles), settings.roles),
  });
  return caller.success ? caller.data : undefined;
}

function read(claims: JWTPayload, claim: Claim): unknown {
  return typeof claim === "string" ? claims[claim] : claim(claims);
}

function rolesOf(said: unknown, names: TokenIssuer["roles"]): readonly Role[] {
  const list: readonly unknown[] = typeof said === "string" ? said.split(" ") : asList(said);
  const known = list.flatMap((name) => {
    if (typeof name !== "string") return [];
    if (names === undefined) return roleSchema.safeParse(name).data ?? [];
    return Object.hasOwn(names, name) ? (names[name] ?? []) : [];
  });
  return [...new Set(known)];
}

function asList(said: unknown): readonly unknown[] {
  return Array.isArray(said) ? said : [];
}

function isSafe(url: string): boolean {
  return url.startsWith("https:") || isLoopback(hostIn(url));
}
