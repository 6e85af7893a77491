// Owns the tests of what is reserved for a model call: a bound that holds for every text, the
// dearest model of a list, and what is known from the call before.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AgentManifest } from "../../contract/model.ts";
import { requestSize } from "../../core/budget/request-size.ts";
import { manifestOf, sealManifest } from "../../core/define-agent.ts";
import { sealEvent } from "../../core/log.ts";
import { newHead, onMessage, onStart } from "../../core/transition/message.ts";
import { reduce } from "../../core/reduce.ts";
import type { EventBody, TaskEvent } from "../../contract/event.ts";
import { type AgentSpec, defineAgent, type MissingPrice } from "../../index.ts";
import { createContextCache } from "../../services/model/context-cache.ts";
import { createCallEstimator } from "../../services/model/estimate-call.ts";
import { createPriceTable } from "../../services/prices/price-table.ts";

const manifest: AgentManifest = manifestOf(
  defineAgent({ name: "clerk", instructions: "You are.", model: { provider: "p", model: "m" } }),
);

describe("the size of a request", () => {
  it("R49 counts every byte of a text, whatever it is, in place or by reference", () => {
    const empty = requestSize(manifest, []).textBytes;
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const bytes = new TextEncoder().encode(text).length;
        const ref = { sha256: "0".repeat(64), size: bytes, mediaType: "text/plain" };
        for (const body of [{ text }, { artifact: ref }]) {
          const context = [{ role: "user", parts: [{ type: "text", body }] }] as const;
          expect(requestSize(manifest, context).textBytes - empty).toBe(bytes);
        }
      }),
    );
  });

  it("counts images and files apart", () => {
    const artifact = { sha256: "0".repeat(64), size: 900, mediaType: "image/png" };
    const parts = [
      { type: "image", artifact },
      { type: "file", artifact },
    ] as const;
    const size = requestSize(manifest, [{ role: "user", parts }]);
    expect(size).toMatchObject({ images: 1, fileBytes: 900 });
  });
});

const CHEAP = { model: "cheap", from: "2020-01-01", inputPerMillion: 1e6, outputPerMillion: 2e6 };
const DEAR = { model: "dear", from: "2020-01-01", inputPerMillion: 3e6, outputPerMillion: 5e6 };

interface Asked {
  readonly model: AgentSpec<unknown>["model"];
  readonly missingPrice?: MissingPrice;
  readonly room?: 1 | 2;
  /** What the provider has counted for an earlier call, whose answer had so many characters. */
  readonly before?: { readonly inputTokens: number; readonly answered: number };
}

async function estimate({ model, missingPrice = "refuse", room = 1, before }: Asked) {
  const limits = { maxOutputTokens: 100, modelTimeoutMs: 1_000 };
  const agent = defineAgent({ name: "clerk", instructions: "Be.", model, limits });
  const ownManifest = manifestOf(agent);
  const events = logOf(agent.models[0], ownManifest, before);
  const last = events.at(-1);
  const estimateCall = createCallEstimator({
    agent,
    manifest: ownManifest,
    findPrice: createPriceTable([CHEAP, DEAR]).find,
    missingPrice,
    readLog: () => Promise.resolve({ events, more: false }),
    cache: createContextCache(),
  });
  return estimateCall({
    agent: "clerk",
    taskId: "t",
    taskUid: "u",
    step: 1,
    room,
    recent: [],
    contextTo: events.length - 1,
    contextDigest: last?.hash ?? "",
  });
}

function logOf(
  { provider, model }: { readonly provider: string; readonly model: string },
  own: AgentManifest,
  before: Asked["before"],
): readonly TaskEvent[] {
  const task = {
    taskUid: "u",
    taskId: "t",
    agent: "clerk",
    agentVersion: "1",
    inputDigest: "",
    at: 1,
  };
  const events: TaskEvent[] = [];
  let head = newHead(task);
  const record = (bodies: readonly EventBody[]): void => {
    for (const body of bodies) {
      const event = sealEvent(head, body, 1);
      head = reduce(head, event);
      events.push(event);
    }
  };
  const parts = [{ type: "text", body: { text: "x".repeat(1_000) } }] as const;
  record([...onStart(task), ...onMessage(head, { messageId: "m", parts, digest: "" })]);
  if (before === undefined) return events;
  const text = { text: "y".repeat(before.answered) };
  const data = {
    provider,
    model,
    step: 1,
    contextTo: events.length - 1,
    contextDigest: head.hash,
    requestDigest: "",
    manifest: sealManifest(own).sha256,
    room: 1,
    answer: { text, calls: [], finish: "stop" },
    response: { text: "" },
    usage: { inputTokens: before.inputTokens, outputTokens: 1 },
    fallbacks: [],
    unregistered: [],
    startedAt: 1,
    durationMs: 1,
  } as const;
  record([{ type: "model.answered", data }]);
  return events;
}

describe("what is reserved for a model call", () => {
  const cheap = { provider: "p", model: "cheap" };
  const dear = { provider: "p", model: "dear" };

  it("R49 is the output cap, doubled after a cut answer, and a bound of the input, at the price", async () => {
    const first = await estimate({ model: cheap });
    if (!first.ok) throw new Error(first.code);
    const { inputTokens = 0 } = first.amounts;
    expect(inputTokens).toBeGreaterThanOrEqual(1_000);
    expect(first).toMatchObject({
      maxOutputTokens: 100,
      amounts: { outputTokens: 100, steps: 1, wallMs: 1_000, money: inputTokens + 200 },
    });
    expect(await estimate({ model: cheap, room: 2 })).toMatchObject({
      maxOutputTokens: 200,
      amounts: { outputTokens: 200, money: inputTokens + 400 },
    });
  });

  it("R49 is that of the dearest of a list, for the time of all", async () => {
    const found = await estimate({ model: [cheap, dear] });
    if (!found.ok) throw new Error(found.code);
    const { inputTokens = 0 } = found.amounts;
    expect(found.amounts).toMatchObject({ money: 3 * inputTokens + 500, wallMs: 2_000 });
    expect(found.prices.map(({ model }) => model)).toEqual(["cheap", "dear"]);
  });

  it("takes what the provider has counted before, and only the rest at the bound", async () => {
    const known = await estimate({ model: cheap, before: { inputTokens: 40, answered: 50 } });
    if (!known.ok) throw new Error(known.code);
    expect(known.amounts.inputTokens).toBeGreaterThanOrEqual(90);
    expect(known.amounts.inputTokens).toBeLessThan(200);
    const other = await estimate({
      model: [cheap, dear],
      before: { inputTokens: 40, answered: 50 },
    });
    if (!other.ok) throw new Error(other.code);
    expect(other.amounts.inputTokens).toBeGreaterThan(1_000);
  });

  it("a model without a price is refused, or costs nothing, as the settings say", async () => {
    const model = { provider: "p", model: "new" };
    expect(await estimate({ model })).toMatchObject({ ok: false, code: "price_missing" });
    const counted = await estimate({ model, missingPrice: "count-tokens" });
    expect(counted).toMatchObject({ ok: true, prices: [], amounts: { outputTokens: 100 } });
    expect(counted).not.toHaveProperty("amounts.money");
  });
});
