// Owns the tests of what an effect's attempts may end with, and what is made of it: what is
// journaled before, who is retried, and what is never guessed.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ArtifactStore } from "../../contract/artifact.ts";
import type { EffectClass } from "../../contract/effect-class.ts";
import type { ToolContext } from "../../contract/tool.ts";
import { digestOf, sha256 } from "../../core/digest.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { defineTool } from "../../tools/define-tool.ts";
import { notApplied } from "../../tools/not-applied.ts";
import { toolFailure } from "../../tools/tool-failure.ts";
import { execute, MARGIN_MS } from "./host-runner.ts";
import { changedArtifacts } from "../support/changed-artifacts.ts";

interface Spec {
  readonly effect?: EffectClass;
  readonly idempotency?: "honoured" | "none";
  /** What each call does, in order; the last one again and again. */
  readonly does: readonly ((context: ToolContext) => unknown)[];
  readonly precondition?: () => unknown;
}

/** A tool of three attempts, and the keys that it was called with. */
function scripted({ does, effect = "financial", ...spec }: Spec) {
  const keys: string[] = [];
  const tool = defineTool({
    name: "act",
    version: "3",
    description: "Does what the test says.",
    input: z.object({ cents: z.int().default(1) }),
    output: z.string(),
    effect,
    timeoutMs: 5000,
    retry: { maxAttempts: 3 },
    ...spec,
    async execute(_, context) {
      keys.push(context.idempotencyKey);
      return String(await (does[keys.length - 1] ?? does.at(-1))?.(context));
    },
  });
  return { tool, keys };
}

const throws = (error: Error) => () => {
  throw error;
};
const fault = throws(new TypeError("hunter2"));
const nothing = throws(notApplied("the other side says: come again"));
const done = () => "done";

describe("R13 before an effect", () => {
  it("its intent is recorded, without anything that lets another process make it", async () => {
    const { tool } = scripted({ does: [done] });
    const { answer, request, names, values, clock } = await execute(tool, { cents: 7 });
    expect(answer).toMatchObject({ outcome: "ok", toolVersion: "3", result: { text: "done" } });
    expect(names).toEqual(["intent", "execute"]);
    expect(values[0]).toEqual({
      v: 1,
      toolVersion: "3",
      startedAt: clock.now(),
      durationMs: 0,
      outcome: "intended",
      operationId: request.operationId,
      argumentsDigest: digestOf({ cents: 7 }),
      effect: "financial",
      tokenHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      startDeadline: clock.now() + 10_000,
      notBefore: clock.now() + 10_000 + 5000 + MARGIN_MS,
    });
  });

  it("a read has none, and journals nothing but its answer", async () => {
    const { tool } = scripted({ effect: "read", does: [done] });
    expect((await execute(tool)).names).toEqual(["execute"]);
  });

  it("arguments that do not fit end the call", async () => {
    const { tool, keys } = scripted({ does: [done] });
    const { answer, names } = await execute(tool, { cents: "many" });
    expect(answer).toMatchObject({ outcome: "error", code: "invalid_arguments" });
    expect([names, keys]).toEqual([["intent"], []]);
  });
});

describe("R17 R95 L7 an effect that is made at most once", () => {
  it("is unknown after a fault, at once, and the error's text is told to nobody", async () => {
    const { tool, keys } = scripted({ does: [fault] });
    const { answer, clock, logged, values } = await execute(tool);
    expect(answer).toMatchObject({
      outcome: "unknown",
      reason: "TypeError",
      notBefore: clock.now() + MARGIN_MS,
    });
    expect(keys).toHaveLength(1);
    expect(JSON.stringify([answer, logged, values])).not.toContain("hunter2");
  });

  it("is tried again when it was certainly not applied, each time with an intent", async () => {
    const { tool, keys } = scripted({ does: [nothing, nothing, done] });
    const { answer, names } = await execute(tool);
    expect(answer).toMatchObject({ outcome: "ok" });
    const again = ["intent", "execute", "pause-before-retry"];
    expect(names).toEqual([...again, ...again, "intent", "execute"]);
    expect(new Set(keys).size).toBe(1);
  });

  it("is an error when it was certainly not applied in any attempt", async () => {
    const { tool, keys } = scripted({ does: [nothing] });
    const { answer } = await execute(tool);
    expect(answer).toMatchObject({
      outcome: "error",
      code: "not_applied",
      message:
        "The tool did nothing in each of 3 attempts; in the last one: the other side says: come again.",
    });
    expect(keys).toHaveLength(3);
  });

  it("is what the tool says of it", async () => {
    const { tool, keys } = scripted({ does: [throws(toolFailure("declined", "Ask for less."))] });
    const { answer } = await execute(tool);
    expect(answer).toMatchObject({ outcome: "error", code: "declined", message: "Ask for less." });
    expect(keys).toHaveLength(1);
  });
});

describe("R14 R95 L7 an effect with a key that the other side honours", () => {
  it("is made again with the same key after a fault", async () => {
    const { tool, keys } = scripted({ idempotency: "honoured", does: [fault, fault, done] });
    const { answer, request } = await execute(tool);
    expect(answer).toMatchObject({ outcome: "ok" });
    expect(keys).toEqual(Array.from({ length: 3 }, () => sha256(request.operationId)));
  });

  it.each([
    ["when each attempt fails", [fault]],
    ["when one attempt may have applied it and the others did nothing", [fault, nothing, nothing]],
  ])("is unknown %s", async (_, does) => {
    const { tool, keys } = scripted({ idempotency: "honoured", does });
    const { answer, clock } = await execute(tool);
    expect(answer).toMatchObject({ outcome: "unknown", reason: "TypeError" });
    // A worker that stands still may be in the middle of an earlier attempt.
    expect(answer).toHaveProperty("notBefore", clock.now() + 5000 + MARGIN_MS);
    expect(keys).toHaveLength(3);
  });

  it("is unknown when its arguments do not fit any more after an attempt", async () => {
    const { tool, keys } = scripted({ idempotency: "honoured", does: [fault] });
    const input = z.object({}).refine(() => keys.length === 0, "not any more");
    const { answer } = await execute({ ...tool, input });
    expect(answer).toMatchObject({ outcome: "unknown", reason: "TypeError" });
  });

  it("is an error when no attempt can have applied it", async () => {
    const { tool } = scripted({ idempotency: "honoured", does: [nothing] });
    expect((await execute(tool)).answer).toMatchObject({ outcome: "error", code: "not_applied" });
  });
});

it("R17 a read that fails in each attempt is an error, for nothing is in doubt", async () => {
  const { tool, keys } = scripted({ effect: "read", does: [fault] });
  expect((await execute(tool)).answer).toMatchObject({ outcome: "error", code: "tool_failed" });
  expect(keys).toHaveLength(3);
});

it("L7 an attempt that fails before the tool's code is reached leaves nothing in doubt", async () => {
  const { tool, keys } = scripted({ does: [done], precondition: fault });
  const { answer } = await execute(tool, {}, {}, { precondition: "0".repeat(64) });
  expect(answer).toMatchObject({ outcome: "error", code: "tool_failed" });
  expect(keys).toEqual([]);
});

describe("F24 an artifact store that is down", () => {
  it("before the effect delays it, and leaves nothing in doubt", async () => {
    const { store, failNext } = failing();
    const artifact = await store
      .ofTenant(undefined)
      .put(new TextEncoder().encode('{"cents":5}'), "application/json");
    const { tool, keys } = scripted({ does: [done] });
    failNext(4);
    const given = { arguments: { artifact } };
    const { answer, names } = await execute(tool, { cents: 5 }, { artifacts: store }, given);
    expect(answer).toMatchObject({ outcome: "ok" });
    expect(names).toEqual(["intent", "execute"]);
    expect(keys).toHaveLength(1);
  });

  it("after the effect does not lose its outcome, and does not make it again", async () => {
    const { store, failNext } = failing();
    const large = `\uFEFF"${"é\u0001".repeat(2000)}`;
    const { tool, keys } = scripted({
      does: [
        () => {
          failNext(4);
          return large;
        },
      ],
    });
    const { answer, names } = await execute(tool, {}, { artifacts: store });
    expect(names).toEqual(["intent", "execute", "store-result"]);
    expect(keys).toHaveLength(1);
    const artifact = { sha256: sha256(large), size: Buffer.byteLength(large) };
    expect(answer).toMatchObject({ outcome: "ok", result: { artifact }, mediaType: "text/plain" });
  });
});

/** A store that fails when it is told. */
function failing(): { store: ArtifactStore; failNext: (times: number) => void } {
  let left = 0;
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    left -= 1;
    if (left >= 0) throw new Error("the disk is full");
    return work();
  };
  return {
    store: changedArtifacts(createMemoryArtifactStore(), (own) => ({
      put: (bytes, mediaType) => guarded(() => own.put(bytes, mediaType)),
      get: (ref) => guarded(() => own.get(ref)),
    })),
    failNext: (times) => {
      left = times;
    },
  };
}
