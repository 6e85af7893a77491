// Owns what a tool's service does about credentials: hands them out, exchanges a refused one once,
// answers `blocked` where a person has to help, and lets none of them out.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { EffectClass } from "../../contract/effect-class.ts";
import type { ResolveCredential } from "../../contract/effect-port.ts";
import type { ToolContext, ToolRequest } from "../../contract/tool.ts";
import { digestOf } from "../../core/digest.ts";
import { credentialRefused, defineTool, toolFailure } from "../../index.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { executeTool } from "../../services/tool-host/execute-tool.ts";
import { createToolHost } from "../../services/tool-host/tool-host.ts";
import { notApplied } from "../../tools/not-applied.ts";

interface Call {
  readonly effect?: EffectClass;
  readonly credentials?: readonly string[];
  readonly resolve?: ResolveCredential;
  readonly execute: (context: ToolContext) => unknown;
}

/** One call of a tool that runs this; with what was logged. */
async function callOnce({ effect = "read", credentials = ["key"], resolve, execute }: Call) {
  const log: unknown[] = [];
  const write = (...line: unknown[]): void => void log.push(line);
  const tool = defineTool({
    name: "pay",
    description: "Pays.",
    input: z.object({}),
    output: z.unknown(),
    effect,
    ...(effect === "reversible" ? { compensate: () => ({ outcome: "undone" }) as const } : {}),
    credentials,
    retry: { maxAttempts: 1 },
    execute: (_, context) => execute(context),
  });
  const host = createToolHost({
    tool,
    artifacts: createMemoryArtifactStore(),
    inlineLimitBytes: 1000,
    logger: { info: write, warn: write, error: write },
    ...(resolve === undefined ? {} : { resolveCredential: resolve }),
  });
  const request: ToolRequest = {
    v: 1,
    operationId: "u/1/0/1",
    agent: "clerk",
    taskId: "t",
    taskUid: "u",
    tool: "pay",
    tenant: "acme",
    arguments: { text: "{}" },
    argumentsDigest: digestOf({}),
    issuedAt: Date.now(),
    wakeAfterMs: 1000,
  };
  const { signal } = new AbortController();
  const steps = {
    run: <T>(_: string, action: (signal: AbortSignal) => Promise<T>) => action(signal),
    sleep: async () => undefined,
  };
  const answer = await executeTool(host, request, steps);
  return { answer, log };
}

/** Answers with these in turn; the last one for ever. */
function valuesOf(...values: readonly string[]) {
  const asked: { readonly tenant: string | undefined; readonly fresh: boolean | undefined }[] = [];
  const resolve: ResolveCredential = async (_, { tenant }, __, fresh) => {
    asked.push({ tenant, fresh });
    return { value: values[asked.length - 1] ?? values.at(-1) ?? "", source: "the vault" };
  };
  return { asked, resolve };
}

/** The other side, which takes this key only. */
async function payWith(context: ToolContext, good: string): Promise<string> {
  const key = await context.credential("key");
  await context.beginEffect();
  if (key !== good) throw credentialRefused("key", `401 for ${key}`);
  return "paid";
}

describe.each<EffectClass>(["read", "financial"])("a credential of a tool that is %s", (effect) => {
  it("R44 F26 that was refused is exchanged once, in the same attempt", async () => {
    const { asked, resolve } = valuesOf("the old key", "the new key");
    const execute = (context: ToolContext) => payWith(context, "the new key");
    const { answer } = await callOnce({ effect, resolve, execute });
    expect(answer).toMatchObject({ outcome: "ok", result: { text: "paid" } });
    expect(asked).toEqual([
      { tenant: "acme", fresh: false },
      { tenant: "acme", fresh: true },
      { tenant: "acme", fresh: false },
    ]);
  });

  it.each([
    ["there is no other", ["the old key"], 1],
    ["the other one is refused as well", ["the old key", "the new key"], 2],
  ])("R43 F26 blocks the call where %s, and says who can help", async (_, values, runs) => {
    const { resolve } = valuesOf(...values);
    let ran = 0;
    const execute = (context: ToolContext) => {
      ran += 1;
      return payWith(context, "another key");
    };
    const { answer, log } = await callOnce({ effect, resolve, execute });
    expect(answer).toMatchObject({
      outcome: "blocked",
      code: "credential",
      reason:
        'the credential "key" was refused by the other side (401 for [***]); renew it in the vault',
    });
    expect(ran).toBe(runs);
    expect(JSON.stringify([answer, log])).not.toMatch(/(old|new) key/);
  });

  it("R44 that is missing blocks the call with what the source says", async () => {
    const resolve: ResolveCredential = async () => ({ missing: "set the variable KEY" });
    const execute = (context: ToolContext) => payWith(context, "");
    for (const call of [
      { effect, resolve, execute },
      { effect, execute },
    ]) {
      const { answer } = await callOnce(call);
      expect(answer).toMatchObject({ outcome: "blocked", code: "credential" });
      const reason =
        "resolve" in call ? "set the variable KEY" : /"key" is missing: the app has no/;
      expect(answer).toMatchObject({ reason: expect.stringMatching(reason) as string });
    }
  });

  it("R44 that is not declared is an error of the tool, which the log names", async () => {
    const { resolve, asked } = valuesOf("the secret key");
    const execute = (context: ToolContext) => payWith(context, "");
    const { log } = await callOnce({ effect, credentials: [], resolve, execute });
    expect(asked).toEqual([]);
    expect(JSON.stringify(log)).toContain("add it to credentials: [...]");
  });

  it("F39 R44 leaves in no result, error, reason or log line, and the log says that it was there", async () => {
    const secret = "s3cret/with+signs=";
    const { resolve } = valuesOf(secret);
    const forms = (key: string) => [key, encodeURIComponent(key), btoa(`user:${key}`), `<${key}>`];
    const ways: ((key: string) => unknown)[] = [
      (key) => ({ [key]: forms(key) }),
      (key) => forms(key).join(" "),
      (key) => {
        throw toolFailure(key, `cannot use ${forms(key).join(" ")}`);
      },
      (key) => {
        throw notApplied(`cannot use ${forms(key).join(" ")}`);
      },
      (key) => {
        throw Object.assign(new Error(key), { name: `Bad_${btoa(key).replaceAll(/\W/g, "")}` });
      },
      (key) => {
        throw key as unknown as Error;
      },
      (key) => {
        throw credentialRefused("key", forms(key).join(" "));
      },
    ];
    for (const way of ways) {
      const execute = async (context: ToolContext) => {
        const key = await context.credential("key");
        context.logger.info({ key, forms: forms(key), err: new Error(key) }, `with ${key}`);
        return way(key);
      };
      const { answer, log } = await callOnce({ effect, resolve, execute });
      const told = JSON.stringify([answer, log]);
      for (const form of [secret, encodeURIComponent(secret), btoa(secret).slice(0, -2)]) {
        expect(told).not.toContain(form);
      }
      const warned = told.includes("a credential was taken out of a tool's result");
      expect(warned).toBe(answer.outcome === "ok");
    }
  });
});

describe("a credential that is refused behind an effect", () => {
  it("R95 F26 is no proof that nothing happened: the outcome is unknown", async () => {
    const { resolve } = valuesOf("the old key", "the new key");
    let effects = 0;
    const { answer } = await callOnce({
      effect: "financial",
      resolve,
      async execute(context) {
        await context.credential("key");
        await context.beginEffect();
        effects += 1;
        await context.beginEffect();
        throw credentialRefused("key", "401 at the second request");
      },
    });
    expect(answer).toMatchObject({ outcome: "unknown" });
    expect(effects).toBe(1);
  });

  it("F24 a source that cannot be asked then means another attempt, and no guess", async () => {
    let asked = 0;
    const { answer } = await callOnce({
      effect: "financial",
      async resolve() {
        asked += 1;
        if (asked === 2) throw new Error("the vault is down");
        return { value: asked === 1 ? "the old key" : "the new key" };
      },
      execute: (context) => payWith(context, "the new key"),
    });
    expect(answer).toMatchObject({ outcome: "ok" });
  });
});
