// Owns the tests of the artifact stores: what every store does, and what files add to it.
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { assert, asyncProperty, uint8Array } from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ArtifactStore } from "../../contract/artifact.ts";
import { MAX_ARTIFACT_BYTES } from "../../contract/artifact.ts";
import { createFsArtifactStore } from "../../services/artifacts/fs-artifact-store.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { createS3ArtifactStore } from "../../services/artifacts/s3-artifact-store.ts";
import { openS3Place, type S3Place } from "./support/s3-place.ts";

let root: string;
let directory: string;
let s3: S3Place;
beforeAll(async () => {
  s3 = await openS3Place();
  root = await mkdtemp(join(tmpdir(), "holdfast-test-"));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
  await s3.close();
});
beforeEach(async () => {
  directory = join(await mkdtemp(join(root, "store-")), "artifacts");
});

const text = (value: string) => new TextEncoder().encode(value);
const fileOf = (sha256: string) => join(directory, "tenants", "acme", sha256.slice(0, 2), sha256);

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

async function pathsIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => relative(path, join(entry.parentPath, entry.name)));
}

const STORES: readonly [string, () => ArtifactStore][] = [
  ["files", () => createFsArtifactStore({ directory })],
  ["memory", createMemoryArtifactStore],
  ["S3", () => createS3ArtifactStore(s3.options)],
];

describe.each(STORES)("R30 artifacts in %s", (_, create) => {
  it("reads back what was put, whatever it was", async () => {
    const store = create().ofTenant("acme");
    const roundTrip = asyncProperty(uint8Array({ maxLength: 5000 }), async (bytes) => {
      const ref = await store.put(bytes, "application/octet-stream");
      expect(ref.size).toBe(bytes.length);
      expect(new Uint8Array(await store.get(ref))).toEqual(bytes);
    });
    await assert(roundTrip, { numRuns: 50 });
  });

  it("is not changed by a caller who writes into the bytes", async () => {
    const store = create().ofTenant("acme");
    const bytes = text("immutable");
    const ref = await store.put(bytes, "text/plain");
    bytes.fill(0);
    (await store.get(ref)).fill(0);
    expect(new TextDecoder().decode(await store.get(ref))).toBe("immutable");
  });

  it("R102 removes one for good, its tenant's alone, and says whether it was there", async () => {
    const store = create();
    const [acme, zenith] = [store.ofTenant("acme"), store.ofTenant("zenith")];
    const { sha256 } = await acme.put(text("gone"), "text/plain");
    await zenith.put(text("gone"), "text/plain");
    expect(await acme.remove(sha256)).toBe(true);
    expect(await acme.find(sha256)).toBeUndefined();
    expect(await acme.remove(sha256)).toBe(false);
    expect(await acme.remove("../etc")).toBe(false);
    expect(await zenith.find(sha256)).toBeDefined();
    expect(await acme.put(text("gone"), "text/plain")).toMatchObject({ sha256 });
  });

  it("refuses a reference of another size, and one that it does not have", async () => {
    const store = create().ofTenant("acme");
    const ref = await store.put(text("secret words"), "text/plain");
    await expect(store.get({ ...ref, size: 3 })).rejects.toThrow(
      `artifact ${ref.sha256} has 12 bytes instead of 3`,
    );
    const unknown = "0".repeat(64);
    await expect(store.get({ ...ref, sha256: unknown })).rejects.toThrow(
      `artifact ${unknown} is not in the store`,
    );
    for (const digest of [unknown, "../../etc/passwd", ""]) {
      expect(await store.find(digest)).toBeUndefined();
    }
  });

  it("R47 gives a tenant its own and nobody else's, and nothing tells that another has the same", async () => {
    const store = create();
    const words = text("of acme alone");
    const ref = await store.ofTenant("acme").put(words, "text/plain");
    for (const tenant of ["Acme", "acme ", "../acme", undefined]) {
      const other = store.ofTenant(tenant);
      expect(await other.find(ref.sha256)).toBeUndefined();
      // What was never there is told of in the same words.
      const unknown = { ...ref, sha256: "0".repeat(64) };
      const told = async (wanted: typeof ref) =>
        String(await other.get(wanted).catch((error: unknown) => error));
      expect((await told(ref)).replace(ref.sha256, unknown.sha256)).toBe(await told(unknown));
    }
    // Also one that puts the same bytes has its own.
    const other = store.ofTenant("zenith");
    expect(await other.put(words, "text/plain")).toEqual(ref);
    expect(await other.get(ref)).toEqual(await store.ofTenant("acme").get(ref));
    expect(() => store.ofTenant("")).toThrow("a tenant's name is empty");
  });

  it("keeps 20 MB as anything else", async () => {
    const store = create().ofTenant("acme");
    const bytes = randomBytes(20_000_000);
    const ref = await store.put(bytes, "image/png");
    expect(bytes.equals(await store.get(ref))).toBe(true);
  });

  it("refuses what is too large to be one", async () => {
    const store = create().ofTenant(undefined);
    const bytes = new Uint8Array(MAX_ARTIFACT_BYTES + 1);
    await expect(store.put(bytes, "video/mp4")).rejects.toThrow(/has at most 268435456 bytes/);
  });
});

describe("R30 artifacts in files", () => {
  it("R47 are in folders of their tenants", async () => {
    const store = createFsArtifactStore({ directory });
    for (const tenant of ["acme", "zenith", undefined]) {
      await store.ofTenant(tenant).put(text("the same"), "text/plain");
    }
    const { sha256 } = await store.ofTenant("acme").put(text("the same"), "text/plain");
    const place = `${sha256.slice(0, 2)}/${sha256}`;
    expect((await pathsIn(directory)).toSorted()).toEqual([
      `no-tenant/${place}`,
      `tenants/acme/${place}`,
      `tenants/zenith/${place}`,
    ]);
  });

  it("stores equal bytes once, for their owner alone", async () => {
    const store = createFsArtifactStore({ directory }).ofTenant("acme");
    const refs = await Promise.all(
      Array.from({ length: 8 }, () => store.put(text("the same"), "text/plain")),
    );
    const again = await createFsArtifactStore({ directory })
      .ofTenant("acme")
      .put(text("the same"), "text/html");
    expect(await filesIn(directory)).toEqual([again.sha256]);
    expect(refs.every((ref) => ref.sha256 === again.sha256)).toBe(true);
    const modes = [directory, dirname(fileOf(again.sha256)), fileOf(again.sha256)];
    expect(await Promise.all(modes.map(async (path) => (await stat(path)).mode & 0o777))).toEqual([
      0o700, 0o700, 0o600,
    ]);
  });

  it("verifies the digest on read, says so without the content, and heals on the next put", async () => {
    const store = createFsArtifactStore({ directory }).ofTenant("acme");
    const ref = await store.put(text("secret words"), "text/plain");
    await writeFile(fileOf(ref.sha256), "SECRET WORDS");
    const error = await store.get(ref).catch((reason: unknown) => reason);
    expect(error).toEqual(new Error(`artifact ${ref.sha256} does not have its digest`));

    await store.put(text("secret words"), "text/plain");
    expect(new TextDecoder().decode(await store.get(ref))).toBe("secret words");
  });

  it("rejects while the store is down, and leaves nothing behind", async () => {
    // A file where the store's folder should be: also root cannot write there.
    await writeFile(directory, "");
    const store = createFsArtifactStore({ directory }).ofTenant("acme");
    await expect(store.put(text("words"), "text/plain")).rejects.toThrow(
      /^could not store artifact [0-9a-f]{64} of 5 bytes: E[A-Z]+$/,
    );
    await rm(directory);
    const ref = await store.put(text("words"), "text/plain");
    expect(await filesIn(directory)).toEqual([ref.sha256]);
  });

  it("removes what a process that died a day ago left unfinished, and nothing younger", async () => {
    await createFsArtifactStore({ directory }).ofTenant("acme").put(text("first"), "text/plain");
    const unfinished = join(directory, "unfinished");
    await writeFile(join(unfinished, "young"), "");
    await writeFile(join(unfinished, "old"), "");
    const dayBefore = new Date(Date.now() - 25 * 60 * 60 * 1000);
    await utimes(join(unfinished, "old"), dayBefore, dayBefore);
    await createFsArtifactStore({ directory }).ofTenant("acme").put(text("second"), "text/plain");
    expect(await filesIn(unfinished)).toEqual(["young"]);
  });
});
