// Owns canonical JSON (RFC 8785) and SHA-256. Hashing is pure, so core/ may import node:crypto
// for it and for nothing else (docs/decisions/0001-rooms.md).
import { hash } from "node:crypto";
import canonicalize from "canonicalize";

/** SHA-256 in lower-case hexadecimal; text is hashed as UTF-8. */
export function sha256(data: string | Uint8Array): string {
  return hash("sha256", data, "hex");
}

/** Canonical JSON text of a value. Throws a TypeError for what JSON cannot represent. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("the value has no JSON form");
  return text;
}

/** SHA-256 of the canonical JSON of a value. */
export function digestOf(value: unknown): string {
  return sha256(canonicalJson(value));
}
