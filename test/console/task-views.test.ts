// Shows what the console makes of a task's log: its story, its waterfall, its usage, its effects and segments.
import { describe, expect, it } from "vitest";
import { effectsOf } from "../../console/task/effects.ts";
import { explainWords } from "../../console/task/explain-words.ts";
import { segmentsOf } from "../../console/task/segments.ts";
import { spansOf } from "../../console/task/spans.ts";
import { isIn, lineOf } from "../../console/task/story/line-of.ts";
import { createTaskLog } from "../../console/task/task-log.ts";
import { sentIn, usageOf } from "../../console/task/usage.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { asked, decided, entry, logOf, requested, returned, segment } from "./support/events.ts";

const said = entry("message.received", {
  messageId: "m",
  turn: 1,
  parts: [{ type: "text", body: { text: "A refund, please." } }],
  digest: "d",
});
const story = logOf([
  said,
  segment(1, "a"),
  asked(1, 3_000),
  requested(3_100),
  entry("task.parked", { status: "waiting-approval", reason: "a call waits" }, { at: 3_200 }),
  decided(90_000, "bea"),
  entry("task.woken", { from: "waiting-approval", by: "approval" }, { at: 90_100 }),
  returned("ok", { startedAt: 90_200, at: 91_000 }),
]);
const titles = (events: readonly TaskEvent[]) => events.map((event) => lineOf(event).title);

describe("R74 R76 the story of a task", () => {
  it("says in order what was said, asked, decided and done", () => {
    expect(titles(story.filter((event) => isIn("story", lineOf(event))))).toEqual([
      "the runtime says",
      "Model answers and asks for 1 call",
      "Approval of refund is asked for",
      "Waits: waiting-approval",
      "bea approves",
      "refund returns",
    ]);
    expect(titles(story.filter((event) => isIn("all", lineOf(event))))).toHaveLength(story.length);
    expect(titles(story.filter((event) => isIn("people", lineOf(event))))).not.toContain(
      "refund returns",
    );
  });

  it("R73 has who did what to the task, and why", () => {
    const [paused] = logOf([
      entry(
        "task.paused",
        { from: "running", when: "now" },
        { by: "ada", reason: "it spends too much" },
      ),
    ]);
    expect(paused && lineOf(paused)).toMatchObject({
      kind: "operator",
      title: "ada pauses the task",
      body: { text: "it spends too much" },
    });
  });

  it("R102 says of an erased entry that it was erased, and of one of tomorrow what it is called", () => {
    const [first] = story as readonly [TaskEvent];
    const erased = { ...first, data: {}, erased: "e" } as unknown as TaskEvent;
    expect(lineOf(erased).title).toBe("message received: its content was erased");
    const newer = { ...first, type: "moon.landed", data: {} } as unknown as TaskEvent;
    expect(lineOf(newer)).toEqual({ kind: "runtime", title: "moon landed" });
  });
});

describe("R76 the waterfall", () => {
  it("has when the model, a person and the tool were at work, and when nobody was", () => {
    const spans = spansOf(story).map(({ kind, label, from, to, tone }) => [
      kind,
      label,
      from,
      to,
      tone,
    ]);
    expect(spans).toEqual([
      ["model", "m-1", 2_600, 3_000, "busy"],
      ["approval", "approval of refund", 3_100, 90_000, "good"],
      ["wait", "waiting-approval", 3_200, 90_100, "calm"],
      ["tool", "refund", 90_200, 91_000, "good"],
    ]);
  });

  it("leaves open what goes on", () => {
    const spans = spansOf(story.slice(0, 5));
    expect(spans.map(({ kind, to }) => [kind, to])).toEqual([
      ["model", 3_000],
      ["approval", undefined],
      ["wait", undefined],
    ]);
  });
});

describe("R75 usage, and what the model was sent", () => {
  it("sums tokens, calls and time, and money where a budget counts it", () => {
    const settled = entry("budget.settled", { n: 1, used: { money: 1_500 } });
    const usage = usageOf([...story, ...logOf([settled])]);
    expect(usage).toMatchObject({
      inputTokens: 100,
      cachedTokens: 60,
      outputTokens: 20,
      toolCalls: 1,
      money: 1_500,
    });
    expect(usageOf(story).money).toBeUndefined();
  });

  it("names the entries that the context of a step was made of, and none behind them", () => {
    const [step] = usageOf(story).steps;
    expect(step && sentIn(story, step).map(({ seq }) => seq)).toEqual([0]);
    // All that came before is sent with the next one; what was set aside is not.
    const more = logOf([
      said,
      said,
      entry("message.quarantined", { messageId: "m", seq: 1, attempts: 3, reason: "r" }),
      asked(2, 9_000),
    ]);
    const [next] = usageOf(more).steps;
    expect(next && sentIn(more, next).map(({ seq }) => seq)).toEqual([0]);
  });
});

describe("R95 effects", () => {
  it("are known by class and outcome, also once a person has stated it", () => {
    const unknown = logOf([returned("unknown", { startedAt: 0, at: 500 })]);
    expect(effectsOf(unknown)).toMatchObject([
      { tool: "refund", effect: "financial", outcome: "unknown" },
    ]);
    const position = {
      operationId: "uid/1/1/1",
      step: 1,
      ordinal: 1,
      callId: "c1",
      tool: "refund",
    };
    const stated = logOf([
      returned("unknown", { startedAt: 0, at: 500 }),
      entry(
        "effect.stated",
        { ...position, outcome: "applied" },
        { by: "ada", reason: "seen at the bank" },
      ),
    ]);
    expect(effectsOf(stated)).toMatchObject([{ outcome: "applied", seq: 1 }]);
  });
});

describe("R94 segments", () => {
  it("say what was other than before, and which were lost", () => {
    const segments = segmentsOf(
      logOf([
        segment(1, "a"),
        entry("segment.lost", { segment: 1, cause: "killed" }),
        segment(2, "a"),
        segment(3, "b"),
      ]),
    );
    expect(segments.map(({ segment: n, changed, lost }) => [n, changed, lost])).toEqual([
      [1, [], "killed"],
      [2, ["agent version"], undefined],
      [3, ["agent version", "manifest"], undefined],
    ]);
  });
});

describe("R104 a log that is read while it is written", () => {
  const log = (event: TaskEvent) => ({ event: "log", data: JSON.stringify(event) });
  const text = (step: number, attempt: string, at: number, words: string) => ({
    event: "text",
    data: JSON.stringify({ step, attempt, at, text: words }),
  });

  it("has each entry once, and the text of a step until it is answered", () => {
    const reading = createTaskLog();
    for (const event of [story[0], story[1], story[1]]) if (event) reading.take(log(event));
    expect(reading.view().length).toBe(2);
    reading.take(text(1, "a", 0, "I pay"));
    reading.take(text(1, "a", 5, " it"));
    expect(reading.view().writing?.text).toBe("I pay it");
    reading.take({ event: "restarted", data: '{"step":1,"attempt":"b"}' });
    reading.take(text(1, "b", 0, "I"));
    expect(reading.view().writing?.text).toBe("I");
    if (story[2]) reading.take(log(story[2]));
    expect(reading.view().writing).toBeUndefined();
    // Whoever comes later is told it once more.
    reading.take(text(1, "b", 0, "I pay it back."));
    expect(reading.view().writing).toBeUndefined();
    // The steps of a new turn have the same numbers.
    reading.take(log(logOf([said, said, said, said])[3] as TaskEvent));
    reading.take(text(1, "c", 0, "Now"));
    expect(reading.view().writing?.text).toBe("Now");
  });
});

describe("R100 the answer to why", () => {
  it("is without commands and calls, and with times as people read them", () => {
    const words = (text: string) => explainWords(text, (at) => `<${at}>`);
    expect(
      words(
        "paused; since 1970-01-01T00:00:01Z ann keeps it; an operator can bring it on by `holdfast resume desk/t` (POST /restate/call/desk/t/resume); it looks again at 1970-01-01T00:00:02.500Z",
      ),
    ).toBe(
      "paused; since <1000> ann keeps it; an operator can bring it on; it looks again at <2500>",
    );
    expect(
      words("a decider: bea can bring it on by POST /restate/call/holdfast.approval/ap_1/decide"),
    ).toBe("a decider: bea can bring it on");
  });
});
