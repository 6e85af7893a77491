// Owns the test that a process which dies while it writes leaves no artifact that is partial,
// and none missing whose reference was given out.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import type { ArtifactRef } from "../../contract/artifact.ts";
import { sha256 } from "../../core/digest.ts";
import { createFsArtifactStore } from "../../services/artifacts/fs-artifact-store.ts";
import { spawnProcess } from "../support/worker-process.ts";

it("R30 a writer killed with SIGKILL leaves whole artifacts only, and every one that it answered for", async () => {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-test-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const store = createFsArtifactStore({ directory }).ofTenant("acme");
  for (let round = 1; round <= 4; round += 1) {
    const writer = await spawnProcess(new URL("writer.ts", import.meta.url), 0, {}, [directory]);
    await vi.waitFor(() => expect(writer.messages.length).toBeGreaterThan(5 * round), 20_000);
    await writer.kill();

    for (const message of writer.messages as { stored: ArtifactRef }[]) {
      await store.get(message.stored);
    }
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      if (!entry.isFile() || entry.parentPath.endsWith("unfinished")) continue;
      expect(sha256(await readFile(join(entry.parentPath, entry.name)))).toBe(entry.name);
    }
  }
});
