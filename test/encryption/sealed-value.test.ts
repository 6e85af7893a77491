// Owns what an encrypted value gives away and takes: its form, which lasts as long as any state
// (L13), rotation, and that no change of it goes unnoticed.
import { randomBytes } from "node:crypto";
import { assert, dictionary, jsonValue, option, property, string, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { createEncryption } from "../../index.ts";
import { createKeyring } from "../../services/encryption/keyring.ts";
import { openValue, sealValue } from "../../services/encryption/sealed-value.ts";

const keyOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const first = { id: "2026-01", key: keyOf(1) };
const second = { id: "2026-02", key: keyOf(2) };
const keyring = createKeyring([first], first.id);

const summaries = option(
  dictionary(
    string().filter((name) => name !== "sealed" && name !== "__proto__"),
    jsonValue(),
  ),
  { nil: undefined },
);

describe("an encrypted value", () => {
  it("opens to what it was, whatever stays readable of it", () => {
    assert(
      property(uint8Array(), summaries, (plain, summary) => {
        const sealed = sealValue(keyring, plain, summary);
        expect(openValue(keyring, sealed)).toMatchObject({
          form: "opened",
          bytes: Buffer.from(plain),
        });
        if (summary === undefined) return;
        const { sealed: _, ...readable } = JSON.parse(Buffer.from(sealed).toString()) as object & {
          sealed: string;
        };
        expect(readable).toEqual(JSON.parse(JSON.stringify(summary)));
      }),
    );
  });

  it("holds nothing of its text, and never looks the same twice", () => {
    const text = Buffer.from("the customer's name is Ada Lovelace");
    const values = [sealValue(keyring, text), sealValue(keyring, text)];
    expect(values[0]).not.toEqual(values[1]);
    for (const value of values) expect(Buffer.from(value).includes("Ada")).toBe(false);
  });

  it("does not open once a single bit of it, or of what stays readable, is another", () => {
    const summary = { status: "waiting-approval", step: 3 };
    for (const plain of ["", "a", "ab", "abc"].map((text) => Buffer.from(text))) {
      for (const value of [sealValue(keyring, plain), sealValue(keyring, plain, summary)]) {
        for (let place = 0; place < value.length; place += 1) {
          expect(openValue(keyring, value.subarray(0, place)).form).not.toBe("opened");
          for (let bit = 0; bit < 8; bit += 1) {
            const changed = Buffer.from(value);
            changed[place] = (changed[place] ?? 0) ^ (1 << bit);
            expect(openValue(keyring, changed).form).not.toBe("opened");
          }
        }
      }
    }
  });

  it("is told from plain text by its first bytes, which no UTF-8 text has", () => {
    const sealed = sealValue(keyring, Buffer.from("{}"));
    expect(() => new TextDecoder("utf-8", { fatal: true }).decode(sealed.subarray(0, 4))).toThrow(
      TypeError,
    );
  });

  it("L13 of version 1 opens for ever", () => {
    const golden = [
      "wUhGAQcyMDI2LTAxtzk6X263HUDsNY9YzW2UA35Br9BJo89rqjm5HMCn2Sy0zJFHXB6LtukHKHoACNxQWjbi8EFhVAflQ9eGWA==",
      "eyJzZWFsZWQiOiJoZjEuQnpJd01qWXRNREczT1RwZmJyY2RRT3cxajFqTmJaUUROc2xZWDUxNEQyb0VVdGlXZFhiaUVzQ014Tmd6ZlI0dUxqb2s4SjNHLVp6a1VVSmMyUEdmRXYwTUw4TkEiLCJzdGF0dXMiOiJpZGxlIn0=",
    ].map((value) => Buffer.from(value, "base64"));
    const bytes = Buffer.from('{"hello":"world"}');
    const plain = { form: "opened", bytes, keyId: "2026-01" };
    expect(golden.map((value) => openValue(keyring, value))).toEqual([plain, plain]);
  });
});

describe("keys", () => {
  it("R44 a value of an old key opens beside the new one, and one that is gone is named", () => {
    const old = sealValue(keyring, Buffer.from("text"));
    const both = createKeyring([first, second], second.id);
    expect(openValue(both, old).form).toBe("opened");
    const fresh = sealValue(both, Buffer.from("text"));
    expect(openValue(keyring, fresh)).toEqual({ form: "key-missing", keyId: second.id });
    const other = createKeyring([{ id: first.id, key: keyOf(9) }], first.id);
    expect(openValue(other, old)).toEqual({ form: "damaged", keyId: first.id });
  });

  const key = randomBytes(32);
  it.each([
    ["no keys", { keys: [], current: "a" }, /the current encryption key "a" is not among the keys/],
    ["an unknown current key", { keys: [{ id: "a", key }], current: "b" }, /name one of: a$/],
    [
      "two keys of one id",
      {
        keys: [
          { id: "a", key },
          { id: "a", key },
        ],
        current: "a",
      },
      /two enc/,
    ],
    ["a short key", { keys: [{ id: "a", key: key.subarray(1) }], current: "a" }, /is 31 bytes/],
    ["a key as text", { keys: [{ id: "a", key: "k" as never }], current: "a" }, /is a string/],
    ["an id with a space", { keys: [{ id: "a b", key }], current: "a b" }, /id of an encryption/],
    ["an id of 65 letters", { keys: [{ id: "a".repeat(65), key }], current: "a" }, /64 letters/],
  ])("%s: refused at once, naming the fix and no key", (_, options, problem) => {
    expect(() => createEncryption(options)).toThrow(problem);
  });

  it("R44 appear in no form of what is made of them", () => {
    const encryption = createEncryption({ keys: [{ id: "a", key }], current: "a" });
    expect(JSON.stringify(encryption)).not.toContain(key.toString("base64").slice(0, 8));
    expect(Object.keys(encryption)).toEqual(["clientCodec", "artifactSealing", "forEndpoint"]);
  });
});
