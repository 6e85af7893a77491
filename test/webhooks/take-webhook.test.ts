// Owns what the action that takes a webhook answers, which is journaled: no secret, no large
// payload, and the same whatever can be had of the source's secrets. Without a server.
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import type { ResolveCredential } from "../../contract/effect-port.ts";
import type { ReceivedWebhook } from "../../contract/webhook.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { createLogger } from "../../services/log.ts";
import { createRefusalMeter } from "../../services/webhooks/refusal-meter.ts";
import { createTakeWebhook } from "../../services/webhooks/take-webhook.ts";
import { createStoreText } from "../../services/artifacts/artifact-ports.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW = 1_800_000_000_000;
const never = new AbortController().signal;

function taking(resolveCredential: ResolveCredential | undefined, tenant?: string) {
  const artifacts = createMemoryArtifactStore();
  const lines: string[] = [];
  const take = createTakeWebhook(
    {
      sources: {
        shop: {
          secrets: ["old", "new"],
          topic: "paid",
          key: () => "1",
          ...(tenant === undefined ? {} : { tenant }),
        },
      },
    },
    {
      ...(resolveCredential === undefined ? {} : { resolveCredential }),
      storeText: createStoreText(artifacts, "application/json"),
      inlineLimitBytes: 32,
      logger: createLogger("info", { write: (line) => lines.push(line) }),
    },
  );
  const signed = (body: string): ReceivedWebhook => ({
    source: "shop",
    id: "m-1",
    timestamp: String(NOW / 1_000),
    signature: new Webhook(SECRET).sign("m-1", new Date(NOW), body),
    body: new TextEncoder().encode(body),
    receivedAt: NOW,
  });
  return { take: (body: string) => take(signed(body), never), lines, artifacts };
}

describe("taking a webhook", () => {
  it("R41 F34 answers with the event and no secret, and with a large payload by reference", async () => {
    const { take, artifacts, lines } = taking(async () => ({ value: SECRET }));
    const event = { outcome: "ok", topic: "paid", key: "1", eventId: "shop/m-1" };
    expect(await take('{"n":1}')).toEqual({ ...event, payload: { text: '{"n":1}' } });
    const large = JSON.stringify({ text: "x".repeat(32) });
    const taken = await take(large);
    expect(JSON.stringify(taken)).not.toContain("xxx");
    if (taken.outcome !== "ok" || !("artifact" in taken.payload)) throw new Error("not stored");
    const stored = await artifacts.ofTenant(undefined).get(taken.payload.artifact);
    expect(new TextDecoder().decode(stored)).toBe(large);
    expect(lines).toEqual([]);
  });

  it("R47 keeps a large payload among the artifacts of its source's tenant", async () => {
    const { take, artifacts } = taking(async () => ({ value: SECRET }), "acme");
    const taken = await take(JSON.stringify({ text: "x".repeat(32) }));
    if (taken.outcome !== "ok" || !("artifact" in taken.payload)) throw new Error("not stored");
    const { sha256 } = taken.payload.artifact;
    expect(await artifacts.ofTenant("acme").find(sha256)).toBeDefined();
    expect(await artifacts.ofTenant(undefined).find(sha256)).toBeUndefined();
  });

  it("R41 one secret that cannot be had stops nobody, and none is said to be", async () => {
    const either = taking(async (name) =>
      name === "old" ? { missing: "it is missing" } : { value: SECRET },
    );
    expect(await either.take("{}")).toMatchObject({ outcome: "ok" });
    expect(either.lines.join("")).toContain('"credential":"old"');
    for (const resolve of [
      undefined,
      () => Promise.reject(new Error(SECRET)),
      async () => ({ value: "whsec_short" }),
    ]) {
      const none = taking(resolve);
      expect(await none.take("{}")).toEqual({ outcome: "unavailable" });
      expect(none.lines).toHaveLength(2);
      expect(none.lines.join("")).not.toContain(SECRET);
    }
  });

  it("F34 a flood of refusals is counted in few parts, and none of it is forgotten", () => {
    let now = 0;
    const meter = createRefusalMeter(() => now);
    const counts = Array.from({ length: 1_000 }, () => meter("shop", "signature"));
    expect(counts.filter((count) => count > 0)).toEqual(Array.from({ length: 10 }, () => 1));
    expect(meter("other", "signature")).toBe(1);
    now += 1_000;
    expect(meter("shop", "signature")).toBe(991);
  });
});
