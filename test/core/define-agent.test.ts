// Owns what an author is told who writes an agent that cannot be served, and what is completed.
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { AgentLimits } from "../../contract/agent.ts";
import { DEFAULT_LIMITS } from "../../contract/agent.ts";
import type { AgentSpec } from "../../core/define-agent.ts";
import { defineAgent, manifestOf, sealManifest } from "../../core/define-agent.ts";
import { digestOf } from "../../core/digest.ts";
import { TOOLS, tool } from "./core-task.ts";

const MODEL = { provider: "scripted", model: "small" };
const SPEC: AgentSpec<unknown> = { name: "clerk", instructions: "Do it.", model: MODEL };

function problemOf(change: Partial<AgentSpec<unknown>>): string {
  try {
    defineAgent({ ...SPEC, ...change });
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return "no problem";
}

const SILENT_SCHEMA: StandardSchemaV1<unknown, string> = {
  "~standard": { version: 1, vendor: "test", validate: () => ({ value: "" }) },
};

describe("an agent that is refused", () => {
  it("names the agent, the field and the fix", () => {
    expect(problemOf({ name: "my agent" })).toBe(
      `agent "my agent": its name must start with a letter and hold at most 64 letters, digits, '_' or '-'`,
    );
    expect(problemOf({ name: "Restate" })).toBe(
      `agent "Restate": its name is reserved by the runtime`,
    );
    expect(problemOf({ instructions: " \n" })).toBe(
      `agent "clerk": instructions must not be empty`,
    );
    expect(problemOf({ model: [] as unknown as AgentSpec<unknown>["model"] })).toBe(
      `agent "clerk": model must name at least one model`,
    );
    expect(problemOf({ tools: [...TOOLS, tool("look", "read")] })).toBe(
      `agent "clerk": two of its tools are named "look"; rename one`,
    );
    expect(problemOf({ output: SILENT_SCHEMA })).toBe(
      `agent "clerk": its output schema cannot describe itself; give outputJsonSchema`,
    );
  });

  it.each(Object.keys(DEFAULT_LIMITS) as (keyof AgentLimits)[])(
    "says so of limits.%s that is no whole number above 0",
    (limit) => {
      for (const value of [0, -1, 1.5, Number.NaN, Infinity, "5"]) {
        const limits = { [limit]: value } as Partial<AgentLimits>;
        const problem = `agent "clerk": limits.${limit} must be a whole number above 0`;
        expect(problemOf({ limits })).toBe(problem);
      }
    },
  );
});

describe("an agent that stands", () => {
  it("is completed with the defaults", () => {
    expect(defineAgent(SPEC)).toEqual({
      ...SPEC,
      kind: "agent",
      version: "1",
      model: undefined,
      models: [MODEL],
      tools: [],
      limits: DEFAULT_LIMITS,
      output: undefined,
      oneShot: false,
      whenLate: "tell",
    });
  });

  it("keeps what it was given, the models in their order", () => {
    const other = { provider: "scripted", model: "large" };
    const made = defineAgent({
      ...SPEC,
      version: "7",
      model: [other, MODEL],
      tools: TOOLS,
      limits: { maxSteps: 3 },
      oneShot: true,
    });
    expect(made).toMatchObject({
      version: "7",
      models: [other, MODEL],
      tools: TOOLS,
      oneShot: true,
    });
    expect(made.limits).toEqual({ ...DEFAULT_LIMITS, maxSteps: 3 });
  });

  it("takes the JSON Schema of its output from the schema, or from the author", () => {
    const described = defineAgent({ ...SPEC, output: z.strictObject({ n: z.int() }) });
    expect(described.output?.jsonSchema).toMatchObject({ type: "object", required: ["n"] });
    const outputJsonSchema = { type: "string" };
    const told = defineAgent({ ...SPEC, output: SILENT_SCHEMA, outputJsonSchema });
    expect(told.output?.jsonSchema).toBe(outputJsonSchema);
  });
});

describe("the manifest", () => {
  it("holds all that the model is told, in the author's order, and nothing else", () => {
    const agent = defineAgent({ ...SPEC, tools: TOOLS, limits: { maxOutputTokens: 9 } });
    const manifest = manifestOf(agent);
    expect(Object.keys(manifest).toSorted()).toEqual([
      "agent",
      "instructions",
      "maxOutputTokens",
      "models",
      "tools",
      "v",
      "version",
    ]);
    expect(manifest.tools.map((each) => each.name)).toEqual(TOOLS.map((each) => each.name));
    expect(manifest.tools[0]?.inputSchema).toEqual(TOOLS[0]?.inputJsonSchema);
    const { json, sha256 } = sealManifest(manifest);
    expect(JSON.parse(json)).toEqual(manifest);
    expect(sha256).toBe(sealManifest(manifestOf(agent)).sha256);
  });

  it("is another one after any change that the model sees, the order of properties included", () => {
    const sealed = (change: Partial<AgentSpec<unknown>>) =>
      sealManifest(manifestOf(defineAgent({ ...SPEC, ...change }))).sha256;
    const turned = (keys: readonly string[]) => ({
      output: SILENT_SCHEMA,
      outputJsonSchema: { properties: Object.fromEntries(keys.map((key) => [key, {}])) },
    });
    const all = [
      sealed({}),
      sealed({ instructions: "Do it now." }),
      sealed({ version: "2" }),
      sealed({ tools: TOOLS }),
      sealed({ limits: { maxOutputTokens: 9 } }),
      sealed(turned(["a", "b"])),
      sealed(turned(["b", "a"])),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(digestOf(turned(["a", "b"]).outputJsonSchema)).toBe(
      digestOf(turned(["b", "a"]).outputJsonSchema),
    );
  });
});
