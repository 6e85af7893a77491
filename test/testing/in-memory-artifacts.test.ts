// Owns that the runner in memory keeps artifacts as a worker does: for one tenant each, for tools, and
// with the same refusals (R47).
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { defineAgent, defineTool } from "../../index.ts";
import { runInMemory, scriptedModel } from "../../testing/index.ts";

const bytes = new TextEncoder().encode("a picture");

const find = defineTool({
  name: "find",
  description: "Finds an artifact.",
  input: z.strictObject({ sha256: z.string() }),
  output: z.object({ found: z.boolean() }),
  effect: "read",
  execute: async ({ sha256 }, { artifacts }) => ({
    found: (await artifacts.find(sha256)) !== undefined,
  }),
});
const agent = defineAgent({
  name: "viewer",
  instructions: "You look at pictures.",
  model: { provider: "scripted", model: "m-1" },
  tools: [find],
});

describe("R47 artifacts in memory", () => {
  it("are found by tasks of their tenant, and are not there for any other", async () => {
    const artifacts = createMemoryArtifactStore();
    const { sha256 } = await artifacts.ofTenant("acme").put(bytes, "image/png");
    for (const tenant of ["acme", "zenith", undefined]) {
      const scripted = scriptedModel([
        { calls: [{ tool: "find", arguments: { sha256 } }] },
        "Done.",
      ]);
      const task = runInMemory({ agent, providers: { scripted }, artifacts });
      await task.start("look", { tenant });
      await task.until("idle");
      const returned = (await task.events()).find(({ type }) => type === "tool.returned");
      expect(returned?.data).toMatchObject({
        result: { text: `{"found":${tenant === "acme"}}` },
      });
    }
  });

  it("that the task's tenant does not have are refused in a message, as an unknown one is", async () => {
    const artifacts = createMemoryArtifactStore();
    const artifact = await artifacts.ofTenant("acme").put(bytes, "image/png");
    const image = [{ type: "image" as const, artifact }];
    const scripted = scriptedModel(["Hello.", "I see."]);
    const refused = { message: expect.stringContaining("is not in the store") as string };
    const theirs = runInMemory({ agent, providers: { scripted }, artifacts });
    await expect(theirs.start(image, { tenant: "zenith" })).rejects.toMatchObject(refused);
    await theirs.start("hello", { tenant: "zenith" });
    await expect(theirs.send(image)).rejects.toMatchObject(refused);
    const own = runInMemory({ agent, providers: { scripted }, artifacts });
    await own.start(image, { tenant: "acme" });
    await own.until("idle");
  });
});
