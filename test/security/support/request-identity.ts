// Owns a request-identity key for a Restate server of a test: the private key as the file that the
// server reads, and the public one in the form that the server prints and workers are given.
import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";

export interface RequestIdentity {
  /** PEM, PKCS #8. */
  readonly privateKeyFile: string;
  /** `publickeyv1_...` */
  readonly publicKey: string;
}

/** Bytes of DER before the key itself, of every Ed25519 public key. */
const SPKI_PREFIX_BYTES = 12;
const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

export async function newRequestIdentity(privateKeyFile: string): Promise<RequestIdentity> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  await writeFile(privateKeyFile, privateKey.export({ type: "pkcs8", format: "pem" }), {
    mode: 0o600,
  });
  const der = publicKey.export({ type: "spki", format: "der" });
  return { privateKeyFile, publicKey: `publickeyv1_${base58(der.subarray(SPKI_PREFIX_BYTES))}` };
}

function base58(bytes: Uint8Array): string {
  let rest = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  let text = "";
  for (; rest > 0n; rest /= 58n) text = (BASE58[Number(rest % 58n)] ?? "") + text;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return BASE58.slice(0, 1).repeat(Math.max(zeros, 0)) + text;
}
