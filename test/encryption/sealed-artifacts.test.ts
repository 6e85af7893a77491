// Owns that artifacts are encrypted at rest where the app has keys (R44): nothing to be read in the
// folder, keys that change, keys that are missing, and what is moved or damaged.
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MISSING_KEY } from "../../contract/readable.ts";
import { sha256 } from "../../core/digest.ts";
import { createApp, createEncryption, createFsArtifactStore } from "../../index.ts";
import { testKey } from "./support/keys.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-test-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const WORDS = new TextEncoder().encode("the customer's name is Ada Lovelace");
const DIGEST = sha256(WORDS);
const fileOf = (tenant: string) => join(directory, "tenants", tenant, DIGEST.slice(0, 2), DIGEST);

function storeWith(...keys: readonly string[]) {
  const [current = ""] = keys;
  const encryption =
    keys.length === 0 ? undefined : createEncryption({ keys: keys.map(testKey), current });
  return createFsArtifactStore({ directory, encryption }).ofTenant("acme");
}

async function everything(): Promise<Buffer> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Buffer.concat(
    await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name)))),
  );
}

describe("R44 encrypted artifacts", () => {
  it("hold nothing of what they say, but which key opens them, and read back as they were", async () => {
    const store = storeWith("k1");
    const ref = await store.put(WORDS, "text/plain");
    expect(ref).toEqual({ sha256: DIGEST, size: WORDS.length, mediaType: "text/plain" });
    const kept = await everything();
    for (const word of ["customer", "Ada", "Lovelace"]) expect(kept.includes(word)).toBe(false);
    expect(kept.includes("k1")).toBe(true);
    expect(Buffer.from(await store.get(ref)).equals(WORDS)).toBe(true);
  });

  it("of an old key are read beside the new one, and are sealed with it when they are put again", async () => {
    const ref = await storeWith("k1").put(WORDS, "text/plain");
    const both = storeWith("k2", "k1");
    expect(Buffer.from(await both.get(ref)).equals(WORDS)).toBe(true);
    await expect(storeWith("k2").get(ref)).rejects.toThrow(
      `${MISSING_KEY}: artifact ${DIGEST} is encrypted with the key "k1", which this process does not have`,
    );
    await both.put(WORDS, "text/plain");
    expect(Buffer.from(await storeWith("k2").get(ref)).equals(WORDS)).toBe(true);
    const sealed = await everything();
    await storeWith("k2").put(WORDS, "text/plain");
    expect((await everything()).equals(sealed)).toBe(true);
  });

  it("from before the encryption are read, and are sealed when they are put again", async () => {
    const ref = await storeWith().put(WORDS, "text/plain");
    const store = storeWith("k1");
    expect(Buffer.from(await store.get(ref)).equals(WORDS)).toBe(true);
    expect((await everything()).includes("Ada")).toBe(true);
    await store.put(WORDS, "text/plain");
    expect((await everything()).includes("Ada")).toBe(false);
    // Somebody's other text in its place is not taken, encrypted or not.
    await writeFile(fileOf("acme"), "the customer's name is Ada Byron...");
    await expect(store.get(ref)).rejects.toThrow(`artifact ${DIGEST} does not have its digest`);
  });

  it("R47 of one tenant do not open in another's folder", async () => {
    const ref = await storeWith("k1").put(WORDS, "text/plain");
    await cp(dirname(fileOf("acme")), dirname(fileOf("zenith")), { recursive: true });
    const encryption = createEncryption({ keys: [testKey("k1")], current: "k1" });
    const zenith = createFsArtifactStore({ directory, encryption }).ofTenant("zenith");
    await expect(zenith.get(ref)).rejects.toThrow(
      `artifact ${DIGEST} cannot be decrypted with the key "k1": it was changed, cut or moved`,
    );
  });

  it("that somebody has changed are refused, and put right by whoever puts them again", async () => {
    const store = storeWith("k1");
    const ref = await store.put(WORDS, "text/plain");
    const good = await readFile(fileOf("acme"));
    for (const bad of [
      good.subarray(0, -1),
      Buffer.concat([good, Buffer.of(0)]),
      good.with(40, 1),
    ]) {
      await writeFile(fileOf("acme"), bad);
      await expect(store.get(ref)).rejects.toThrow(`artifact ${DIGEST} cannot be decrypted`);
    }
    await store.put(WORDS, "text/plain");
    expect(Buffer.from(await store.get(ref)).equals(WORDS)).toBe(true);
  });

  it("are what an encrypted app has: with another store it does not start, and says why", () => {
    const encryption = createEncryption({ keys: [testKey("k1")], current: "k1" });
    const app = (store: Parameters<typeof createFsArtifactStore>[0]) =>
      createApp({
        encryption,
        artifacts: createFsArtifactStore(store),
        ingressUrl: "http://127.0.0.1:1",
        adminUrl: "http://127.0.0.1:1",
      });
    expect(() => app({ directory })).toThrow(
      "its artifact store is not; give the store `encryption`",
    );
    expect(() => app({ directory, encryption })).not.toThrow();
  });
});
