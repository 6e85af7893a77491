// Owns what people do to a task that has something open in the background, in memory: messages,
// interruptions, holds and its end; and what explain says of it.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ScriptStep } from "../../testing/index.ts";
import {
  calls,
  endsIn,
  give,
  lastRequest,
  nap,
  paid,
  publish,
  runs,
  WAITS,
} from "./background-boss.ts";

describe("R72 people and a turn with something in the background", () => {
  it("R99 a message reaches the model while the turn rests, and ends nothing", async () => {
    const run = runs([calls(paid("7")), WAITS, WAITS, WAITS, "Done."]);
    await run.task.start("Go.");
    await run.task.until("waiting-event");
    await run.task.send("How is it going?");
    await run.task.until("waiting-event");
    await run.task.send("Stop and tell me.", { mode: "interrupt" });
    expect((await run.task.until("waiting-event")).operations).toHaveLength(1);
    expect(run.model.requests()).toHaveLength(4);
    await publish(run.task, "7");
    expect((await run.task.until("idle")).turn).toBe(1);
  });

  it("R72 an interruption ends what is waited for, and not what goes on beside it", async () => {
    const run = runs([calls(nap(20), ["sleep", { seconds: 600 }]), WAITS, "Done."]);
    await run.task.start("Go.");
    await run.task.until("waiting-timer");
    await run.task.send("Quick!", { mode: "interrupt" });
    const { operations } = await run.task.until("waiting-timer");
    expect(operations).toMatchObject([{ wait: { background: true } }]);
    await run.task.until("idle");
    expect(endsIn(lastRequest(run))).toHaveLength(1);
  });

  it("R29 R72 a cancelled task leaves nothing open, and reports it", async () => {
    const helper: ScriptStep[] = [calls(["sleep", { seconds: 600 }])];
    const run = runs([calls(give, paid("7"), nap(60)), WAITS], { helper });
    await run.task.start("Go.");
    await run.task.until("waiting-child");
    await run.task.cancel({ by: "ann", reason: "enough" });
    const { settlement, operations } = await run.task.until("cancelled");
    expect(operations).toEqual([]);
    expect(settlement).toMatchObject({ cancelled: 3, children: [{ outcome: "cancelled" }] });
    expect((await publish(run.task, "7")).result).not.toBe("delivered");
  });

  it("R72 a pause keeps what comes until the task goes on", async () => {
    const run = runs([calls(paid("7")), WAITS, "Done."]);
    await run.task.start("Go.");
    await run.task.until("waiting-event");
    await run.task.control({ verb: "pause", by: "ann", reason: "wait" });
    await publish(run.task, "7");
    expect(await run.task.until("paused")).toMatchObject({ operations: [] });
    await run.task.control({ verb: "resume", by: "ann", reason: "go" });
    expect((await run.task.until("idle")).lastTurn?.answer).toBe("Done.");
    expect(endsIn(lastRequest(run))).toHaveLength(1);
  });

  it("R67 R75 explain says that the model is at work, and what is open beside it", async () => {
    const explained: ScriptStep = async () => {
      const { blockers, onResume } = await run.task.explain();
      seen = { kinds: blockers.map(({ kind }) => kind), next: onResume.next };
      return "Done.";
    };
    let seen: { kinds: readonly string[]; next: string } | undefined;
    const run = runs([calls(paid("7")), explained, "Done."]);
    await run.task.start("Go.");
    await run.task.until("waiting-event");
    expect(seen?.kinds.at(-1)).toBe("event");
    expect(seen?.kinds.length).toBeGreaterThan(1);
    expect(seen?.next).toContain("the model is asked for step 2");
  });

  it("F3 the words in between need not have the form of the answer", async () => {
    const output = z.object({ sum: z.number() });
    const run = runs([calls(nap(5)), WAITS, '{"sum":4}'], { more: { output } });
    await run.task.start("Go.");
    expect((await run.task.until("idle")).lastTurn?.answer).toBe('{"sum":4}');
  });
});
