// Owns the form of an encrypted value, which is kept for as long as any state is (L13).
// Versions that can be read: 1. A value is bytes, or, where a part of it stays readable for
// SQL, a JSON object whose field `sealed` holds the whole value.
//
//   bytes   C1 'H' 'F' 01 | body            C1 begins no UTF-8 text, so no plain JSON either
//   text    {"sealed":"hf1.<body in base64url>",<the summary's fields>}
//   body    length of the key's id | id | salt 16 | nonce 12 | AES-256-GCM ciphertext | tag 16
//
// Authenticated with it: the first four bytes, the key's id, and the summary's text; of an artifact,
// which is kept as bytes, where it is kept (from "artifact:" on, as no summary's text begins).
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Summary } from "../../contract/readable.ts";
import { type Keyring, SALT_BYTES } from "./keyring.ts";

export type Opened =
  | { readonly form: "opened"; readonly bytes: Uint8Array; readonly keyId: string }
  /** It does not look like an encrypted value at all. */
  | { readonly form: "plain" }
  | { readonly form: "key-missing"; readonly keyId: string }
  /** It was changed or cut, or its key is another one under the same id. */
  | { readonly form: "damaged"; readonly keyId: string };

const MAGIC = Buffer.from([0xc1, 0x48, 0x46, 0x01]);
const TEXT_START = Buffer.from('{"sealed":"hf1.');
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const QUOTE = 0x22;
const CIPHER = "aes-256-gcm";

export function sealValue(keyring: Keyring, plain: Uint8Array, summary?: Summary): Uint8Array {
  if (summary === undefined) return Buffer.concat([MAGIC, sealBody(keyring, plain, "")]);
  const rest = textAfterSealed(summary);
  const sealed = sealBody(keyring, plain, rest).toString("base64url");
  return Buffer.from(`${TEXT_START.toString()}${sealed}"${rest}`);
}

/** A value that is kept elsewhere than with Restate: `place` is authenticated, in its text's place. */
export function sealAt(keyring: Keyring, plain: Uint8Array, place: string): Uint8Array {
  return Buffer.concat([MAGIC, sealBody(keyring, plain, place)]);
}

/** Of `sealAt`. Never throws. */
export function openAt(keyring: Keyring, value: Uint8Array, place: string): Opened {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (!startsWith(bytes, MAGIC)) return { form: "plain" };
  return openBody(keyring, bytes.subarray(MAGIC.length), place);
}

/** Never throws. */
export function openValue(keyring: Keyring, value: Uint8Array): Opened {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (startsWith(bytes, MAGIC)) return openBody(keyring, bytes.subarray(MAGIC.length), "");
  if (!startsWith(bytes, TEXT_START)) return { form: "plain" };
  const end = bytes.indexOf(QUOTE, TEXT_START.length);
  if (end === -1) return { form: "damaged", keyId: "" };
  const text = bytes.toString("latin1", TEXT_START.length, end);
  const body = Buffer.from(text, "base64url");
  // Node reads texts of several spellings as the same bytes.
  if (body.toString("base64url") !== text) return { form: "damaged", keyId: "" };
  return openBody(keyring, body, bytes.toString("utf8", end + 1));
}

/** What follows the field `sealed`: the summary's fields, and the end of the object. */
function textAfterSealed(summary: Summary): string {
  const fields = JSON.stringify(summary).slice(1);
  return fields === "}" ? fields : `,${fields}`;
}

function sealBody(keyring: Keyring, plain: Uint8Array, bound: string): Buffer {
  const { id, salt, key } = keyring.writing();
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(aad(id, bound));
  const name = Buffer.from(id);
  const head = [Buffer.from([name.length]), name, salt, nonce];
  return Buffer.concat([...head, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function openBody(keyring: Keyring, body: Buffer, bound: string): Opened {
  const saltAt = 1 + (body[0] ?? 0);
  const nonceAt = saltAt + SALT_BYTES;
  const textAt = nonceAt + NONCE_BYTES;
  const tagAt = body.length - TAG_BYTES;
  const keyId = body.toString("latin1", 1, saltAt);
  if (tagAt < textAt) return { form: "damaged", keyId };
  const key = keyring.reading(keyId, body.subarray(saltAt, nonceAt));
  if (key === undefined) return { form: "key-missing", keyId };
  const nonce = body.subarray(nonceAt, textAt);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(aad(keyId, bound))
    .setAuthTag(body.subarray(tagAt));
  try {
    const start = decipher.update(body.subarray(textAt, tagAt));
    return { form: "opened", bytes: Buffer.concat([start, decipher.final()]), keyId };
  } catch {
    return { form: "damaged", keyId };
  }
}

function aad(keyId: string, bound: string): Buffer {
  return Buffer.concat([MAGIC, Buffer.from(`${keyId}\n${bound}`)]);
}

function startsWith(bytes: Buffer, start: Buffer): boolean {
  return bytes.length >= start.length && bytes.subarray(0, start.length).equals(start);
}
