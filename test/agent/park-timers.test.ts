// Shows what timer a park is given, and that it is taken back when the park ends before its time: of
// the part of the agent object that sends it, with the context of a handler in the place of Restate.
import type { ObjectContext } from "@restatedev/restate-sdk";
import { expect, it } from "vitest";
import { newHead } from "../../core/transition/message.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { createTaskWriter } from "../../objects/agent/task-writer.ts";
import { agentWith, NEW_TASK } from "../core/core-task.ts";

const MINUTE = 60_000;

/** A handler whose own invocation has this id. */
function handler(id = "inv-1") {
  const delays: (number | undefined)[] = [];
  const cancelled: string[] = [];
  const ctx = {
    request: () => ({ id }),
    set: () => undefined,
    genericSend: ({ delay }: { readonly delay?: number }) => {
      delays.push(delay);
      return { invocationId: Promise.resolve(`timer-${delays.length}`) };
    },
    invocation: (other: string) => ({ cancel: () => void cancelled.push(other) }),
  } as unknown as ObjectContext;
  return { ctx, delays, cancelled };
}

function writerOf(ctx: ObjectContext, head: TaskHead, now: number) {
  const ports = { remember: () => undefined };
  return createTaskWriter(ctx, { agent: agentWith(), ports }, head, now);
}

const parked = (wakeAt: number) =>
  ({ type: "task.parked", data: { status: "waiting-timer", reason: "a time", wakeAt } }) as const;
const woken = { type: "task.woken", data: { from: "waiting-timer", by: "answer" } } as const;

it("F27 sets a timer by the time of the log where the worker's clock was set back", () => {
  const head = newHead({ ...NEW_TASK, at: 10 * MINUTE });
  const { ctx, delays } = handler();
  const writer = writerOf(ctx, head, 2 * MINUTE);
  writer.record([parked(11 * MINUTE)]);
  writer.save();
  expect(delays).toEqual([MINUTE]);
});

it("R80 takes a timer back when its park ends before its time", async () => {
  const first = handler();
  const writer = writerOf(first.ctx, newHead(NEW_TASK), MINUTE);
  writer.record([parked(5 * MINUTE)]);
  writer.commit();
  // The second replaces the first, and the third the second before anything was sent of it.
  writer.record([parked(4 * MINUTE), parked(3 * MINUTE)]);
  await writer.keepTimer();
  writer.save();
  expect(first.delays).toEqual([4 * MINUTE, 2 * MINUTE]);
  expect(first.cancelled).toEqual(["timer-1"]);
  expect(writer.head.park.timer).toBe("timer-2");

  const answered = handler();
  const next = writerOf(answered.ctx, writer.head, 2 * MINUTE);
  next.record([woken]);
  next.save();
  next.save();
  expect(answered.cancelled).toEqual(["timer-2"]);

  const fired = handler("timer-2");
  const due = writerOf(fired.ctx, writer.head, 3 * MINUTE);
  due.record([woken]);
  due.save();
  expect(fired.cancelled).toEqual([]);
});
