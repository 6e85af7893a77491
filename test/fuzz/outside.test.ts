// Owns that nothing that is signed, sealed or configured is taken when it is wrong anywhere, and that what is
// wrong with it is said without it: webhooks, encrypted values, policies, the environment.
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../services/config.ts";
import { createKeyring } from "../../services/encryption/keyring.ts";
import { openAt, openValue, sealAt, sealValue } from "../../services/encryption/sealed-value.ts";
import { createPolicyEngine } from "../../services/policy/policy-engine.ts";
import { verifySignature } from "../../services/webhooks/verify-signature.ts";
import { testKey } from "../encryption/support/keys.ts";
import { SEED } from "../support/seed.ts";
import { firstFailure } from "./support/first-failure.ts";
import { bytesOf, CANARY, hostileJson, hostileText, tokens } from "./support/hostile-json.ts";

describe(`webhooks, seed ${SEED}`, () => {
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const at = Date.UTC(2026, 10, 21);
  const seconds = String(at / 1_000);
  const good = {
    source: "shop",
    id: "m-1",
    timestamp: seconds,
    signature: new Webhook(secret).sign("m-1", new Date(at), '{"order":1}'),
    body: Buffer.from('{"order":1}'),
    receivedAt: at + 1_000,
  };
  const signature = fc.oneof(
    hostileText,
    fc.constantFrom(
      good.signature.replace("v1,", "v2,"),
      good.signature.toLowerCase(),
      good.signature.replace(/.$/, ""),
      good.signature.slice(3),
      `v1, ${good.signature.slice(3)}`,
      `${"v1,AAAA ".repeat(17)}${good.signature}`,
    ),
  );
  const changed = fc.oneof(
    fc.record({ id: fc.oneof(hostileText, fc.constantFrom("m-2", "M-1", undefined)) }),
    fc.record({
      timestamp: fc.oneof(hostileText, fc.nat().map(String), fc.constant(`${seconds}0`)),
    }),
    fc.record({ signature }),
    fc.record({ body: bytesOf(hostileJson).map((bytes) => Buffer.from(bytes)) }),
    fc.record({ receivedAt: fc.constantFrom(at + 400_000, at - 400_000, 0, Number.MAX_VALUE) }),
  );

  it("R41 F34 one that is changed anywhere is refused, and the good one is not", () => {
    expect(verifySignature(good, [secret], 300_000)).toEqual({ text: '{"order":1}' });
    const failure = firstFailure(
      changed,
      (change) => {
        const verified = verifySignature({ ...good, ...change }, [secret], 300_000);
        return "refusal" in verified ? undefined : "it is taken";
      },
      500,
    );
    expect(failure).toBeUndefined();
  });
});

describe(`sealed values, seed ${SEED}`, () => {
  const keyring = createKeyring([testKey("k1")], "k1");
  const sealed = [
    sealValue(keyring, Buffer.from(CANARY)),
    sealValue(keyring, Buffer.from(CANARY), { status: "idle" }),
    sealAt(keyring, Buffer.from(CANARY), "artifact:x"),
  ];
  const flipped = fc
    .tuple(fc.constantFrom(...sealed), fc.nat(), fc.integer({ min: 1, max: 255 }))
    .map(([value, where, by]) => {
      const copy = Buffer.from(value);
      const index = where % copy.length;
      copy[index] = (copy[index] ?? 0) ^ by;
      return copy;
    });
  const cut = fc
    .tuple(fc.constantFrom(...sealed), fc.nat())
    .map(([value, to]) => Buffer.from(value).subarray(0, to % value.length));

  it("R44 that are changed, cut or moved are never opened, and never thrown over", () => {
    const failure = firstFailure(
      fc.oneof(bytesOf(hostileJson), flipped, cut, fc.constantFrom(...sealed)),
      (value) => {
        const isWhole = sealed.includes(value);
        const forms = [openAt(keyring, value, "artifact:y").form];
        if (!isWhole) forms.push(openValue(keyring, value).form);
        if (!isWhole) forms.push(openAt(keyring, value, "artifact:x").form);
        return forms.includes("opened") ? "it is opened" : undefined;
      },
      300,
    );
    expect(failure).toBeUndefined();
  });
});

describe(`settings, seed ${SEED}`, () => {
  const words = 'permit forbid ( ) principal , action resource ; when { } == "a" @id \u0000'.split(
    " ",
  );

  it("R96 policies are used, or refused in a list of what is wrong", () => {
    const failure = firstFailure(
      fc.oneof(tokens(words, 12, " "), hostileText),
      (text) => {
        try {
          createPolicyEngine({ policies: text });
          return undefined;
        } catch (error) {
          const { message } = error as Error;
          return message.startsWith("the policies cannot be used:\n") ? undefined : message;
        }
      },
      40,
    );
    expect(failure).toBeUndefined();
  });

  it("R44 a variable that is wrong is named, and its value is not said", () => {
    const names = [
      "RESTATE_ADMIN_URL",
      "HOLDFAST_BIND",
      "HOLDFAST_IDENTITY_KEYS",
      "HOLDFAST_WORKER_PORT",
      "HOLDFAST_STUCK_QUEUED",
      "OPENAI_API_KEY",
      "OPENAI_BASE_URL",
      "LOG_LEVEL",
    ];
    const failure = firstFailure(
      fc.dictionary(fc.constantFrom(...names), hostileText),
      (given) => {
        try {
          readConfig(given);
          return undefined;
        } catch (error) {
          const { message } = error as Error;
          const isOurs = message.split("\n").every((line) => /^[A-Z_]+ (must|is) /.test(line));
          return isOurs && !message.includes(CANARY) ? undefined : message;
        }
      },
      300,
    );
    expect(failure).toBeUndefined();
  });
});
