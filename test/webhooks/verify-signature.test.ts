// Owns the signatures of webhooks: the vector of the Standard Webhooks libraries, and what is not
// accepted. Pure: the time is given.
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import type { ReceivedWebhook } from "../../contract/webhook.ts";
import { verifySignature } from "../../services/webhooks/verify-signature.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const FIVE_MINUTES = 300_000;
const SIGNED_AT = 1_614_265_330;
// From the test suites of https://github.com/standard-webhooks/standard-webhooks.
const VECTOR: ReceivedWebhook = {
  source: "shop",
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  timestamp: String(SIGNED_AT),
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  body: new TextEncoder().encode('{"test": 2432232314}'),
  receivedAt: SIGNED_AT * 1_000,
};
const verify = (change: Partial<ReceivedWebhook> = {}, secrets = [SECRET]) =>
  verifySignature({ ...VECTOR, ...change }, secrets, FIVE_MINUTES);

describe("F34 the signature of a webhook", () => {
  it("of the standard's vector is right, over the exact bytes", () => {
    expect(verify()).toEqual({ text: '{"test": 2432232314}' });
    expect(verify({ body: new TextEncoder().encode('{"test":2432232314}') })).toEqual({
      refusal: "signature",
    });
  });

  it("is right under any of the secrets, and with any of the signatures", () => {
    expect(verify({}, [OTHER, SECRET])).toHaveProperty("text");
    expect(verify({}, [OTHER])).toEqual({ refusal: "signature" });
    const signature = `v1a,xyz v1,${"A".repeat(43)}= ${VECTOR.signature}`;
    expect(verify({ signature })).toHaveProperty("text");
    expect(verify({ signature: VECTOR.signature?.replace("v1,", "v2,") })).toEqual({
      refusal: "signature",
    });
  });

  it.each([
    ["another id", { id: "msg_other" }, "signature"],
    ["another time", { timestamp: String(SIGNED_AT + 1) }, "signature"],
    ["no id", { id: undefined }, "headers"],
    ["an endless id", { id: "x".repeat(257) }, "headers"],
    ["no signature", { signature: "" }, "headers"],
    ["no time", { timestamp: undefined }, "headers"],
    ["a time that is none", { timestamp: "1614265330abc" }, "headers"],
    ["too late", { receivedAt: SIGNED_AT * 1_000 + FIVE_MINUTES + 1 }, "timestamp"],
    ["too early", { receivedAt: SIGNED_AT * 1_000 - FIVE_MINUTES - 1 }, "timestamp"],
    ["bytes that are no text", { body: Uint8Array.of(0xff, 0xfe) }, "signature"],
  ] as const)("is refused: %s", (_, change, refusal) => {
    expect(verify(change)).toEqual({ refusal });
  });

  it("counts until the tolerance is over, to the second", () => {
    expect(verify({ receivedAt: SIGNED_AT * 1_000 + FIVE_MINUTES })).toHaveProperty("text");
  });

  it("of a body in place of another that decodes alike is refused", () => {
    const signer = new Webhook(SECRET);
    const text = '{"name":"\uFFFD"}';
    const signature = signer.sign("m", new Date(SIGNED_AT * 1_000), text);
    const bytes = new TextEncoder().encode(text);
    expect(verify({ id: "m", signature, body: bytes })).toEqual({ text });
    const other = Uint8Array.from([...bytes.slice(0, 9), 0xff, ...bytes.slice(12)]);
    expect(new TextDecoder().decode(other)).toBe(text);
    expect(verify({ id: "m", signature, body: other })).toEqual({ refusal: "signature" });
  });
});
