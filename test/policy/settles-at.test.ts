// When a stop has settled, case by case (R99): all times are the server's.
import { describe, expect, it } from "vitest";
import type { StopKind, ToolActivity } from "../../contract/stop.ts";
import { STOPS_MAX_AGE_MS } from "../../contract/stop.ts";
import { settlesAt, UNSTATED_BOUND_MS } from "../../core/stop/settles-at.ts";

const SINCE = 1_000_000;
const at = (kind: StopKind, ...tools: readonly Partial<ToolActivity>[]) =>
  settlesAt(kind, SINCE, {
    now: SINCE + 1,
    tools: tools.map((tool) => ({ tool: "t", settlesWithinMs: 500, open: 0, ...tool })),
  }) - SINCE;

describe("the time at which a stop has settled", () => {
  it.each<[string, readonly Partial<ToolActivity>[], number]>([
    ["nothing ran", [], 0],
    ["the last call ended long ago", [{ lastEndedAt: SINCE - 500 }], 0],
    ["the last call ended a while ago", [{ lastEndedAt: SINCE - 200 }], 300],
    ["a call that began before ended after the first look", [{ lastEndedAt: SINCE + 400 }], 500],
    ["a call is open", [{ open: 1, lastEndedAt: SINCE - 900 }], 500],
    ["the longest of several tools counts", [{ open: 1 }, { open: 1, settlesWithinMs: 900 }], 900],
  ])("R99: %s", (_, tools, expected) => {
    expect(at("tool", ...tools)).toBe(expected);
  });

  it("R99: a tool that does not say how long it takes is given an hour", () => {
    const { settlesWithinMs: _, ...silent } = { tool: "t", settlesWithinMs: 1, open: 1 };
    expect(settlesAt("tool", SINCE, { now: SINCE, tools: [silent] })).toBe(
      SINCE + UNSTATED_BOUND_MS,
    );
  });

  it("R99: a model is stopped once every worker must have learned of it", () => {
    expect(at("model")).toBeGreaterThan(STOPS_MAX_AGE_MS);
  });
});
