// Owns the tests of the artifact stores: what every store does, and what files add to it.
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert, asyncProperty, uint8Array } from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ArtifactStore } from "../../contract/artifact.ts";
import { createFsArtifactStore } from "../../services/artifacts/fs-artifact-store.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";

let root: string;
let directory: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "holdfast-test-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  directory = join(await mkdtemp(join(root, "store-")), "artifacts");
});

const text = (value: string) => new TextEncoder().encode(value);
const fileOf = (sha256: string) => join(directory, sha256.slice(0, 2), sha256);

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

const STORES: readonly [string, () => ArtifactStore][] = [
  ["files", () => createFsArtifactStore({ directory })],
  ["memory", createMemoryArtifactStore],
];

describe.each(STORES)("R30 artifacts in %s", (_, create) => {
  it("reads back what was put, whatever it was", async () => {
    const store = create();
    const roundTrip = asyncProperty(uint8Array({ maxLength: 5000 }), async (bytes) => {
      const ref = await store.put(bytes, "application/octet-stream");
      expect(ref.size).toBe(bytes.length);
      expect(new Uint8Array(await store.get(ref))).toEqual(bytes);
    });
    await assert(roundTrip, { numRuns: 50 });
  });

  it("is not changed by a caller who writes into the bytes", async () => {
    const store = create();
    const bytes = text("immutable");
    const ref = await store.put(bytes, "text/plain");
    bytes.fill(0);
    (await store.get(ref)).fill(0);
    expect(new TextDecoder().decode(await store.get(ref))).toBe("immutable");
  });

  it("refuses a reference of another size, and one that it does not have", async () => {
    const store = create();
    const ref = await store.put(text("secret words"), "text/plain");
    await expect(store.get({ ...ref, size: 3 })).rejects.toThrow(
      `artifact ${ref.sha256} has 12 bytes instead of 3`,
    );
    const unknown = "0".repeat(64);
    await expect(store.get({ ...ref, sha256: unknown })).rejects.toThrow(
      `artifact ${unknown} is not in the store`,
    );
  });
});

describe("R30 artifacts in files", () => {
  it("stores equal bytes once, for their owner alone", async () => {
    const store = createFsArtifactStore({ directory });
    const refs = await Promise.all(
      Array.from({ length: 8 }, () => store.put(text("the same"), "text/plain")),
    );
    const again = await createFsArtifactStore({ directory }).put(text("the same"), "text/html");
    expect(await filesIn(directory)).toEqual([again.sha256]);
    expect(refs.every((ref) => ref.sha256 === again.sha256)).toBe(true);
    const modes = [directory, join(directory, again.sha256.slice(0, 2)), fileOf(again.sha256)];
    expect(await Promise.all(modes.map(async (path) => (await stat(path)).mode & 0o777))).toEqual([
      0o700, 0o700, 0o600,
    ]);
  });

  it("verifies the digest on read, says so without the content, and heals on the next put", async () => {
    const store = createFsArtifactStore({ directory });
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
    const store = createFsArtifactStore({ directory });
    await expect(store.put(text("words"), "text/plain")).rejects.toThrow(
      /^could not store artifact [0-9a-f]{64} of 5 bytes: E[A-Z]+$/,
    );
    await rm(directory);
    const ref = await store.put(text("words"), "text/plain");
    expect(await filesIn(directory)).toEqual([ref.sha256]);
  });

  it("removes what a process that died a day ago left unfinished, and nothing younger", async () => {
    await createFsArtifactStore({ directory }).put(text("first"), "text/plain");
    const unfinished = join(directory, "unfinished");
    await writeFile(join(unfinished, "young"), "");
    await writeFile(join(unfinished, "old"), "");
    const dayBefore = new Date(Date.now() - 25 * 60 * 60 * 1000);
    await utimes(join(unfinished, "old"), dayBefore, dayBefore);
    await createFsArtifactStore({ directory }).put(text("second"), "text/plain");
    expect(await filesIn(unfinished)).toEqual(["young"]);
  });
});
