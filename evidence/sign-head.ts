// Owns the signature under the head of a task's log: Ed25519, whose signatures are the same for the
// same head, as a JWS without its payload. Where heads come from is not its business.
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { exportJWK, FlattenedSign, flattenedVerify, importJWK } from "jose";
import type { EvidencePublicKeys } from "../contract/evidence-export.ts";
import type { LogHead, SignedHead } from "../contract/signed-head.ts";
import { canonicalJson } from "../core/digest.ts";

/** The key that signs heads. */
export interface EvidenceKey {
  /** 1 to 64 letters, digits, `_` or `-`; the header of each signature names it. Never used again. */
  readonly id: string;
  /** PKCS #8 as PEM, such as `openssl genpkey -algorithm ed25519` makes. */
  readonly privateKey: string;
}

/** Of `typ`: no other JWS of the same key is taken for a head. */
const TYPE = "holdfast-head+jws";
const ALGORITHM = "Ed25519";
const ID = /^[a-zA-Z0-9_-]{1,64}$/;
const DETACHED = /^([\w-]+)\.\.([\w-]+)$/;

export type SignHead = (head: LogHead) => Promise<SignedHead>;

/**
 * A key, or where the key of the moment is had, asked at each signature. Throws an Error for a key that
 * cannot be used, and so does what it returns; of the key itself neither says anything.
 */
export function createHeadSigner(
  key: EvidenceKey | (() => EvidenceKey | Promise<EvidenceKey>),
): SignHead {
  let last = typeof key === "function" ? undefined : { key, privateKey: privateKeyOf(key) };
  return async (head) => {
    const now = typeof key === "function" ? await key() : key;
    if (last?.key.id !== now.id || last.key.privateKey !== now.privateKey)
      last = { key: now, privateKey: privateKeyOf(now) };
    const signing = new FlattenedSign(payloadOf(head));
    signing.setProtectedHeader({ alg: ALGORITHM, kid: now.id, typ: TYPE });
    const { protected: header = "", signature } = await signing.sign(last.privateKey);
    return { ...headOf(head), jws: `${header}..${signature}` };
  };
}

/** What whoever verifies is given: of the key in use and of those before it. */
export async function evidencePublicKeys(
  keys: readonly EvidenceKey[],
): Promise<EvidencePublicKeys> {
  const jwks = keys.map(async (key) => {
    const { x = "" } = await exportJWK(createPublicKey(privateKeyOf(key)));
    return { kid: key.id, kty: "OKP", crv: ALGORITHM, x, alg: ALGORITHM, use: "sig" } as const;
  });
  return { keys: await Promise.all(jwks) };
}

/** Why the signature is not good, or undefined. */
export async function signatureProblem(
  { jws, ...head }: SignedHead,
  { keys }: EvidencePublicKeys,
): Promise<string | undefined> {
  const [, header, signature] = DETACHED.exec(jws) ?? [];
  if (header === undefined || signature === undefined) return "the signature is malformed";
  // Node reads texts of several spellings as the same bytes.
  if (Buffer.from(signature, "base64url").toString("base64url") !== signature)
    return "the signature is malformed";
  const kid = keyIdOf(jws);
  const jwk = keys.find((each) => each.kid === kid);
  if (jwk === undefined)
    return `the signing key ${JSON.stringify(kid)} is not among the keys given`;
  try {
    const key = await importJWK(jwk, ALGORITHM);
    const payload = Buffer.from(payloadOf(head)).toString("base64url");
    const signed = { protected: header, payload, signature };
    const { protectedHeader } = await flattenedVerify(signed, key, { algorithms: [ALGORITHM] });
    return protectedHeader?.typ === TYPE ? undefined : "the signature is of something else";
  } catch {
    return "the signature does not fit the log's end";
  }
}

/** As the signature itself says; undefined for one that is malformed. */
export function keyIdOf(jws: string): string | undefined {
  try {
    const header = JSON.parse(
      Buffer.from(jws.split(".")[0] ?? "", "base64url").toString(),
    ) as unknown;
    const { kid } = header as { readonly kid?: unknown };
    return typeof kid === "string" ? kid : undefined;
  } catch {
    return undefined;
  }
}

function headOf({ agent, taskId, taskUid, seq, hash }: LogHead): LogHead {
  return { agent, taskId, taskUid, seq, hash };
}

function payloadOf(head: LogHead): Uint8Array {
  return new TextEncoder().encode(canonicalJson(headOf(head)));
}

function privateKeyOf({ id, privateKey }: EvidenceKey): KeyObject {
  if (!ID.test(id))
    throw new Error('the id of an evidence key must be 1 to 64 letters, digits, "_" or "-"');
  const unusable = `the evidence key "${id}" is no Ed25519 private key in PEM; make one with: openssl genpkey -algorithm ed25519`;
  try {
    const key = createPrivateKey(privateKey);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // What it says may quote the key.
  }
  throw new Error(unusable);
}
