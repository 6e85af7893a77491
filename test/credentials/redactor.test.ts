// Owns that no credential leaves an attempt, in whatever form an author's code puts it (F39).
import { assert, constantFrom, jsonValue, property, string, tuple, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import type { ToolLogger } from "../../contract/tool.ts";
import { redactingLogger } from "../../services/tool-host/redacting-logger.ts";
import { createRedactor } from "../../services/tool-host/redactor.ts";

const secrets = string({ minLength: 8, maxLength: 40, unit: "grapheme" }).filter((secret) =>
  secret.isWellFormed(),
);

/** How a secret travels, each given what stands around it. */
const FORMS: Readonly<Record<string, (secret: string, before: string) => string>> = {
  plain: (secret) => secret,
  url: (secret) => encodeURIComponent(secret),
  form: (secret) => new URLSearchParams({ key: secret }).toString(),
  json: (secret) => JSON.stringify({ key: [secret] }),
  base64: (secret, before) => Buffer.from(`${before}${secret}:`).toString("base64"),
  base64url: (secret, before) => Buffer.from(`${before}${secret}`).toString("base64url"),
  hex: (secret) => Buffer.from(secret).toString("hex"),
};

/** What would tell someone the secret. */
function tellsOf(secret: string): readonly string[] {
  const hex = Buffer.from(secret).toString("hex");
  return [secret, encodeURIComponent(secret), hex, hex.toUpperCase()];
}

function expectNothingOf(secret: string, text: string): void {
  for (const tell of tellsOf(secret)) expect(text).not.toContain(tell);
  for (const [encoded] of text.matchAll(/[A-Za-z0-9+/_-]{8,}/g)) {
    for (const cut of [0, 1, 2, 3]) {
      expect(Buffer.from(encoded.slice(cut), "base64").toString()).not.toContain(secret);
    }
  }
}

describe("F39 R44 bytes", () => {
  it.each(Object.keys(FORMS))("that hold a secret are known by it: %s", (name) => {
    assert(
      property(secrets, uint8Array(), uint8Array(), (secret, before, after) => {
        const redactor = createRedactor();
        expect(redactor.holds(before)).toBe(false);
        redactor.add(secret);
        const form = Buffer.from(FORMS[name]?.(secret, "") ?? "");
        expect(redactor.holds(Buffer.concat([before, form, after]))).toBe(true);
      }),
    );
  });
});

describe("F39 R44 a text", () => {
  it.each(Object.keys(FORMS))("tells nothing of a secret in it: %s", (name) => {
    assert(
      property(secrets, string(), string(), string(), (secret, prefix, before, after) => {
        const redactor = createRedactor();
        redactor.add(secret);
        const told = `${before} ${FORMS[name]?.(secret, prefix)} ${after}`;
        const clean = redactor.text(told);
        expect(clean).toContain("[***]");
        expectNothingOf(secret, clean);
      }),
    );
  });

  it("tells nothing of any of several, nested or run together", () => {
    assert(
      property(tuple(secrets, secrets), string(), ([one, other], between) => {
        const redactor = createRedactor();
        redactor.add(one);
        redactor.add(one + between + other);
        redactor.add(other);
        const clean = redactor.text(`${one}${other}${one.slice(1)}${one + between + other}`);
        for (const secret of [one, other]) expectNothingOf(secret, clean);
      }),
    );
  });

  it("is the same one when nothing is to be taken out", () => {
    const redactor = createRedactor();
    const value = { deep: ["text"] };
    expect(redactor.value(value)).toBe(value);
    redactor.add("something else");
    expect(redactor.value(value)).toBe(value);
    expect(redactor.text("text")).toBe("text");
  });
});

describe("F39 R44 a result", () => {
  it("loses the secret from texts, keys and numbers, and keeps the rest", () => {
    const redactor = createRedactor();
    redactor.add("4111111111111111");
    redactor.add('s3cret-with-"quotes"');
    expect(
      redactor.value({
        card: 4_111_111_111_111_111,
        "key 4111111111111111": ['is s3cret-with-"quotes".', true, null, 12],
      }),
    ).toEqual({ card: "[***]", "key [***]": ["is [***].", true, null, 12] });
    expect(redactor.value("4111111111111111")).toBe("[***]");
  });

  it("of any form holds nothing of it", () => {
    assert(
      property(
        secrets,
        jsonValue(),
        constantFrom(...Object.values(FORMS)),
        (secret, json, form) => {
          const redactor = createRedactor();
          redactor.add(secret);
          const value = { json, deep: { list: [form(secret, "x")] }, [form(secret, "y")]: 1 };
          expectNothingOf(secret, JSON.stringify(redactor.value(value)));
        },
      ),
    );
  });

  it("without a JSON form is left to the one who says so", () => {
    const redactor = createRedactor();
    redactor.add("something");
    const loop: Record<string, unknown> = {};
    loop["self"] = loop;
    expect(redactor.value(loop)).toBe(loop);
    expect(redactor.value(undefined)).toBe(undefined);
  });
});

describe("F39 R44 a log line", () => {
  const logged = (fields: Record<string, unknown>, message = "") => {
    const lines: unknown[][] = [];
    const write = (...line: unknown[]) => void lines.push(line);
    const logger: ToolLogger = { info: write, warn: write, error: write };
    const redactor = createRedactor();
    redactor.add("s3cret-value");
    redactingLogger(logger, redactor).warn(fields, message);
    return lines[0] ?? [];
  };

  it("holds nothing of it in errors, maps, headers, URLs, keys and what has no JSON form", () => {
    const error = new Error("refused s3cret-value", { cause: new Error("Bearer s3cret-value") });
    const loop: Record<string, unknown> = { secret: "s3cret-value" };
    loop["self"] = loop;
    const line = logged(
      {
        err: error,
        map: new Map([["s3cret-value", "s3cret-value"]]),
        headers: new Headers({ authorization: "Bearer s3cret-value" }),
        url: new URL("http://host/?key=s3cret-value"),
        bytes: Buffer.from("s3cret-value"),
        symbol: Symbol("s3cret-value"),
        big: 12n,
        "in s3cret-value": () => "s3cret-value",
        loop,
        wide: Array.from({ length: 5000 }, () => "s3cret-value"),
      },
      "sent s3cret-value",
    );
    const text = JSON.stringify(line);
    expect(text).not.toContain("s3cret-value");
    expect(text).not.toContain(Buffer.from("s3cret-value").toString("base64").slice(0, -1));
    expect(line[1]).toBe("sent [***]");
    expect(line[0]).toMatchObject({ err: { type: "Error", message: "refused [***]" }, big: "12" });
  });
});
