// Owns that no text from outside crashes what decides by it, keeps it busy, is taken in two ways, or comes
// back in what it says: JSON, schedules, the patterns and hosts of grants.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timesSchema } from "../../contract/schedule.ts";
import { canonicalJson, digestOf } from "../../core/digest.ts";
import { hostOf } from "../../core/grant/host.ts";
import {
  matchesResource,
  matchesTool,
  resourcePatternCovers,
  toolPatternCovers,
} from "../../core/grant/pattern.ts";
import { timesProblem } from "../../core/schedule/times-problem.ts";
import { parseStrictJson } from "../../core/strict-json.ts";
import { SEED } from "../support/seed.ts";
import { firstFailure } from "./support/first-failure.ts";
import { bytesOf, CANARY, hostileJson, hostileText, tokens } from "./support/hostile-json.ts";

describe(`JSON, seed ${SEED}`, () => {
  const anyText = fc.oneof(
    bytesOf(hostileJson).map((bytes) => Buffer.from(bytes).toString()),
    tokens('"a" : , { } [ ] 1 -0 1e400 "\\ud800" null'.split(" "), 12),
  );

  it("R33 has one meaning or a problem, which quotes nothing", () => {
    const failure = firstFailure(
      anyText,
      (text) => {
        const read = parseStrictJson(text);
        if ("problem" in read) return read.problem.includes(CANARY) ? read.problem : undefined;
        const canonical = canonicalJson(read.value);
        // What every other reader takes it for, and what it is digested as.
        if (canonical !== canonicalJson(JSON.parse(text))) return "read in two ways";
        return canonicalJson(JSON.parse(canonical)) === canonical ? undefined : "no fixed form";
      },
      400,
    );
    expect(failure).toBeUndefined();
  });

  it("R33 has one digest, in whatever order it is written", () => {
    const plain = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true });
    const failure = firstFailure(
      plain,
      (value) => {
        const turned = Object.fromEntries(Object.entries(value).toReversed());
        return digestOf(turned) === digestOf(value) ? undefined : "two digests";
      },
      200,
    );
    expect(failure).toBeUndefined();
  });
});

describe(`schedules, seed ${SEED}`, () => {
  const field = tokens("* 0 59 / - , L W # ? MON FEB 31 @daily \u0000".split(" "), 4);
  const times = fc.oneof(
    fc.array(field, { minLength: 1, maxLength: 7 }).map((parts) => ({ cron: parts.join(" ") })),
    fc.record({ cron: hostileText, timeZone: fc.oneof(hostileText, fc.constant("Europe/Berlin")) }),
    fc.record({ everyMs: fc.oneof(fc.integer(), hostileJson), startAt: hostileText }),
  );
  const now = Date.UTC(2026, 10, 21);

  it("R29 can be used or say which field is wrong, and quote nothing", { timeout: 30_000 }, () => {
    const failure = firstFailure(
      times,
      (given) => {
        const parsed = timesSchema.safeParse(given);
        const wrong = parsed.success ? timesProblem(parsed.data, now) : undefined;
        if (wrong === undefined) return undefined;
        const isOurs = wrong.startsWith("times.") && !wrong.includes(CANARY) && wrong.length < 300;
        return isOurs ? undefined : wrong;
      },
      300,
    );
    expect(failure).toBeUndefined();
  });
});

describe(`grants, seed ${SEED}`, () => {
  const pattern = tokens("* ** / a b order .. \u0430 %2f \\ \u0000".split(" "), 6);

  it("R42 a pattern that covers another takes all that the other takes", () => {
    const failure = firstFailure(
      fc.tuple(pattern, pattern, pattern),
      ([outer, inner, subject]) => {
        const tools = toolPatternCovers(outer, inner) && matchesTool(inner, subject);
        if (tools && !matchesTool(outer, subject)) return "a tool is covered and not taken";
        const resources = resourcePatternCovers(outer, inner) && matchesResource(inner, subject);
        return resources && !matchesResource(outer, subject) ? "a resource is" : undefined;
      },
      2_000,
    );
    expect(failure).toBeUndefined();
  });

  it("R42 no text makes a pattern slow", () => {
    // With backtracking neither would end.
    expect(matchesTool(`${"*a".repeat(500)}b`, "a".repeat(100_000))).toBe(false);
    expect(matchesResource(Array(200).fill("**").join("/"), `${"a/".repeat(900)}a`)).toBe(true);
  });

  it("R42 a host is the one that `fetch` would ask, or none", () => {
    const parts =
      "http:// https: // example.com @ evil.org . # ? \\ :80 \u0430 %2e [::1] \t xn--".split(" ");
    const failure = firstFailure(
      tokens(parts, 6),
      (text) => {
        const named = hostOf(text);
        if (named === undefined || !text.includes("://")) return undefined;
        return new URL(text).hostname === named ? undefined : `another host: ${named}`;
      },
      2_000,
    );
    expect(failure).toBeUndefined();
  });
});
