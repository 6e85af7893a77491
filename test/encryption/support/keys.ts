// Owns the keys of these tests, which the test and its workers make alike.
import { createHash } from "node:crypto";
import type { EncryptionKey } from "../../../index.ts";

export function testKey(id: string): EncryptionKey {
  return { id, key: createHash("sha256").update(`test key ${id}`).digest() };
}
