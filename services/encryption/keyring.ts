// Owns the user's keys: the check of what was given, and the keys that are derived from them.
// Never the form of a value.
import { createSecretKey, hkdfSync, type KeyObject, randomBytes } from "node:crypto";

export interface EncryptionKey {
  /** 1 to 64 letters, digits, `_` or `-`. Stands in clear in every value; never used again. */
  readonly id: string;
  /** 32 random bytes. */
  readonly key: Uint8Array;
}

export const SALT_BYTES = 16;

/** A key that encrypts, and what finds it again. */
export interface WritingKey {
  readonly id: string;
  readonly salt: Uint8Array;
  readonly key: KeyObject;
}

export interface Keyring {
  writing(): WritingKey;
  /** Undefined when there is no key of this id. */
  reading(id: string, salt: Uint8Array): KeyObject | undefined;
}

const KEY_BYTES = 32;
const ID = /^[a-zA-Z0-9_-]{1,64}$/;
const INFO = "holdfast value v1";
// AES-GCM with random nonces takes 2^32 values per key at most. A key of its own per process,
// and a new one after so many values, keeps far below.
const VALUES_PER_SALT = 2 ** 28;
const REMEMBERED_SALTS = 1024;

/** Throws an Error that names the key's id and the fix, never a key. */
export function createKeyring(keys: readonly EncryptionKey[], current: string): Keyring {
  const byId = new Map<string, KeyObject>();
  for (const { id, key } of keys) byId.set(checkedId(id, byId), checkedKey(id, key));
  const master = byId.get(current);
  if (master === undefined) {
    throw new Error(
      `the current encryption key ${JSON.stringify(current)} is not among the keys; add it, or name one of: ${[...byId.keys()].join(", ") || "none are given"}`,
    );
  }
  let writing = newWritingKey(current, master);
  let uses = 0;
  const derived = new Map<string, KeyObject>();
  return {
    writing: () => {
      uses += 1;
      if (uses > VALUES_PER_SALT) {
        writing = newWritingKey(current, master);
        uses = 1;
      }
      return writing;
    },
    reading: (id, salt) => {
      const key = byId.get(id);
      if (key === undefined) return undefined;
      const name = `${id}/${Buffer.from(salt).toString("hex")}`;
      const known = derived.get(name);
      if (known !== undefined) return known;
      const fresh = derive(key, salt);
      const oldest = derived.keys().next();
      if (derived.size >= REMEMBERED_SALTS && !oldest.done) derived.delete(oldest.value);
      derived.set(name, fresh);
      return fresh;
    },
  };
}

function newWritingKey(id: string, master: KeyObject): WritingKey {
  const salt = randomBytes(SALT_BYTES);
  return { id, salt, key: derive(master, salt) };
}

function derive(master: KeyObject, salt: Uint8Array): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync("sha256", master, salt, INFO, KEY_BYTES)));
}

function checkedId(id: unknown, seen: ReadonlyMap<string, unknown>): string {
  if (typeof id !== "string" || !ID.test(id)) {
    throw new Error(
      `the id of an encryption key is ${JSON.stringify(id)}; it must be 1 to 64 letters, digits, "_" or "-"`,
    );
  }
  if (seen.has(id)) throw new Error(`two encryption keys have the id "${id}"; give each its own`);
  return id;
}

function checkedKey(id: string, key: unknown): KeyObject {
  if (key instanceof Uint8Array && key.length === KEY_BYTES) return createSecretKey(key);
  const has = key instanceof Uint8Array ? `${key.length} bytes` : `a ${typeof key}`;
  throw new Error(
    `the encryption key "${id}" is ${has}; it must be a Uint8Array of ${KEY_BYTES} random bytes, for example Buffer.from(base64, "base64")`,
  );
}
