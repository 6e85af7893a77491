// Owns API keys: how one is made, what of it is configured, and how the one that a caller presents is
// found. A key itself is nowhere stored.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { sha256Schema } from "../contract/ids.ts";
import { tenantIdSchema } from "../contract/tenant.ts";
import { type Caller, callerSchema } from "./caller.ts";
import { HOUSE_ROLES } from "./roles.ts";
import { settingsProblem } from "./settings-problem.ts";

/** What every API key begins with, so that one that leaked is recognized. */
export const API_KEY_PREFIX = "hfk_";
const KEY_BYTES = 32;

const apiKeySchema = callerSchema
  .extend({
    /** Absent: of all tenants, as programs of the house may be. */
    tenant: z.exactOptional(tenantIdSchema),
    /** SHA-256 of the key, as `newApiKey` answers it. Not a secret: a key has 256 random bits. */
    sha256: sha256Schema,
    /** ISO 8601; from then on it is refused. Absent: until it is taken out. */
    expiresAt: z.exactOptional(z.iso.datetime({ offset: true })),
  })
  .strict()
  .refine(
    ({ tenant, roles }) =>
      tenant !== undefined || roles.every((role) => HOUSE_ROLES.includes(role)),
    {
      path: ["tenant"],
      message: `is missing; only keys of ${HOUSE_ROLES.join(" and ")} go without`,
    },
  );

/** One valid key. Several of one principal are valid at once: that is how a key is rotated. */
export type ApiKey = Readonly<z.input<typeof apiKeySchema>>;

/** The keys that are valid now; one that is taken out is refused from then on. */
export type ApiKeys = readonly ApiKey[] | (() => readonly ApiKey[]);

/** A fresh key for a caller, and what the configuration keeps of it. */
export function newApiKey(): { readonly key: string; readonly sha256: string } {
  const key = `${API_KEY_PREFIX}${randomBytes(KEY_BYTES).toString("base64url")}`;
  return { key, sha256: digest(key).toString("hex") };
}

export type FindApiKey = (key: string, now: number) => Caller | undefined;

interface KnownKey {
  readonly digest: Buffer;
  readonly caller: Caller;
  readonly until: number;
}

/** Throws an Error for keys that cannot be used. */
export function createApiKeys(keys: ApiKeys): FindApiKey {
  const read = typeof keys === "function" ? keys : () => keys;
  let last: readonly ApiKey[] | undefined;
  let known: readonly KnownKey[] = [];
  const current = () => {
    const now = read();
    if (now !== last) known = knownKeys(now);
    last = now;
    return known;
  };
  current();
  return (key, now) => {
    const presented = digest(key);
    let found: KnownKey | undefined;
    // All of them, whichever it is: how long it takes tells nothing.
    for (const each of current()) if (timingSafeEqual(each.digest, presented)) found = each;
    return found === undefined || found.until <= now ? undefined : found.caller;
  };
}

function knownKeys(keys: readonly ApiKey[]): readonly KnownKey[] {
  const parsed = z.array(apiKeySchema).safeParse(keys);
  if (!parsed.success) throw settingsProblem("authentication.apiKeys", parsed.error.issues);
  const digests = new Set(parsed.data.map(({ sha256 }) => sha256));
  if (digests.size < parsed.data.length)
    throw new Error("authentication.apiKeys has one key twice; make another with newApiKey");
  return parsed.data.map(({ sha256, expiresAt, ...caller }) => ({
    digest: Buffer.from(sha256, "hex"),
    caller,
    until: expiresAt === undefined ? Infinity : Date.parse(expiresAt),
  }));
}

function digest(key: string): Buffer {
  return createHash("sha256").update(key, "utf8").digest();
}
