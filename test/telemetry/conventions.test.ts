// Owns that the names and the ids of spans stay what dashboards and links of others rely on.
import * as conventions from "@opentelemetry/semantic-conventions/incubating";
import { expect, it } from "vitest";
import { NAMES, OPERATIONS } from "../../telemetry/conventions.ts";
import { errorType } from "../../telemetry/end-span.ts";
import { segmentSpan, stepSpan } from "../../telemetry/span-ids.ts";

it("names are OpenTelemetry's, or begin with ours or Restate's", () => {
  const known = new Set<unknown>(Object.values(conventions));
  const foreign = Object.values(NAMES).filter((name) => !known.has(name));
  expect(foreign.filter((name) => !/^(holdfast|restate)\./.test(name))).toEqual([]);
  expect(Object.values(OPERATIONS).filter((name) => !known.has(name))).toEqual([]);
});

it("R16 ids are computed as ever: a link of last year leads to where it led", () => {
  expect(segmentSpan("0b1c-uid", 3)).toMatchObject({
    traceId: "63959e9e26062e1a5f79587ad53af0e6",
    spanId: "1ced33d49ce7f71b",
  });
  expect(stepSpan("0b1c-uid", 3)).toMatchObject({
    traceId: "63959e9e26062e1a5f79587ad53af0e6",
    spanId: "8ffdb220b1cd3505",
  });
});

it("R44 an error's kind is told where it is a name, and nothing else of it", () => {
  const named = (name: string) => Object.assign(new Error("hush"), { name });
  expect(errorType(new RangeError("hush"))).toBe("RangeError");
  expect(
    [named("what hush said"), named("x".repeat(99)), "hush", undefined].map(errorType),
  ).toEqual(["error", "error", "error", "error"]);
});
