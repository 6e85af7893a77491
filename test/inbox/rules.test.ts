// Owns the rules of an inbox over random histories: events, waits, ends of waits, and time.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accept, subscribe, unsubscribe, viewInbox } from "../../core/inbox/inbox.ts";
import { inboxBounds, type InboxState, NEW_INBOX } from "../../core/inbox/inbox-state.ts";
import { isEmpty, prune, timerDue } from "../../core/inbox/prune.ts";

const BOUNDS = inboxBounds({ keepCount: 4, keepMs: 50, rememberMs: 100, lateMs: 20 });

type Step =
  | { readonly type: "event"; readonly id: number }
  | { readonly type: "wait"; readonly op: number; readonly forMs: number | undefined }
  | { readonly type: "leave"; readonly op: number }
  | { readonly type: "pass"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant("event" as const), id: fc.nat(12) }),
  fc.record({
    type: fc.constant("wait" as const),
    op: fc.nat(8),
    forMs: fc.option(fc.integer({ min: -5, max: 60 }), { nil: undefined }),
  }),
  fc.record({ type: fc.constant("leave" as const), op: fc.nat(8) }),
  fc.record({ type: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 60 }) }),
);

/** What somebody sees who only reads along. */
interface Seen {
  state: InboxState;
  now: number;
  /** Payloads as the object stores them. */
  readonly payloads: Set<number>;
  /** When an event was last taken, by id; and an operation answered. */
  readonly taken: Map<string, number>;
  readonly answered: Map<string, number>;
  /** How many kept events were handed to a wait. */
  handed: number;
}

function perform(seen: Seen, each: Step): void {
  const { state, now, payloads } = seen;
  const before = viewInbox(state, now, BOUNDS);
  switch (each.type) {
    case "pass":
      seen.now += each.ms;
      return;
    case "event": {
      const id = `e-${each.id}`;
      const done = accept(state, id, now, BOUNDS);
      for (const n of done.forget) expect(payloads.delete(n)).toBe(done.keep !== n);
      if (done.keep !== undefined) payloads.add(done.keep);
      seen.state = done.state;
      const last = seen.taken.get(id);
      const isKnown = last !== undefined && last + BOUNDS.rememberMs > now;
      expect(done.result === "duplicate").toBe(isKnown);
      if (isKnown) break;
      // To all that are open, or else late, or else kept: one of them and never two.
      expect(done.notify.map(({ operationId }) => operationId)).toEqual(
        before.waits.map(({ operationId }) => operationId),
      );
      if (before.waits.length > 0) expect(done.result).toBe("delivered");
      else expect(done.result).toBe(before.lateUntil === undefined ? "kept" : "late");
      for (const { operationId } of done.notify) answer(seen, operationId);
      if (done.result !== "late") seen.taken.set(id, now);
      else expect(viewInbox(done.state, now, BOUNDS)).toEqual(before);
      break;
    }
    case "wait": {
      const operationId = `op-${each.op}`;
      const until = each.forMs === undefined ? {} : { until: now + each.forMs };
      const wait = { agent: "a", taskId: "t", operationId, ...until };
      const done = subscribe(state, wait, now, BOUNDS);
      for (const n of done.forget) payloads.delete(n);
      seen.state = done.state;
      if (done.take === undefined) break;
      expect(done.take.eventId).toBe(before.kept[0]?.eventId);
      expect(payloads.delete(done.take.n)).toBe(true);
      seen.handed += 1;
      answer(seen, operationId);
      break;
    }
    case "leave": {
      const done = unsubscribe(state, `op-${each.op}`, now, BOUNDS);
      for (const n of done.forget) payloads.delete(n);
      seen.state = done.state;
    }
  }
}

/** One event for one operation, as long as that is remembered. */
function answer({ answered, now }: Seen, operationId: string): void {
  const last = answered.get(operationId);
  if (last !== undefined) expect(last + BOUNDS.rememberMs).toBeLessThanOrEqual(now);
  answered.set(operationId, now);
}

describe("R41 F32 F33 the rules of an inbox", () => {
  const history = fc.array(step, { maxLength: 60 });
  const play = (steps: readonly Step[], check: (seen: Seen) => void): Seen => {
    const seen: Seen = {
      state: NEW_INBOX,
      now: 1_000,
      payloads: new Set(),
      taken: new Map(),
      answered: new Map(),
      handed: 0,
    };
    for (const each of steps) {
      perform(seen, each);
      check(seen);
    }
    return seen;
  };

  it("an event and a wait never miss each other, and neither is served twice", () => {
    fc.assert(
      fc.property(history, (steps) => {
        play(steps, ({ state, now, payloads }) => {
          const { waits, kept } = viewInbox(state, now, BOUNDS);
          expect(waits.length === 0 || kept.length === 0).toBe(true);
          expect(kept.length).toBeLessThanOrEqual(BOUNDS.keepCount);
          expect([...payloads]).toEqual(state.kept.map(({ n }) => n));
        });
      }),
      { numRuns: 500 },
    );
  });

  it("every event that was kept is taken, dropped, expired, or kept", () => {
    const events = history.map((steps) => steps.filter(({ type }) => type !== "pass"));
    fc.assert(
      fc.property(events, (steps) => {
        const { state, handed } = play(steps, () => undefined);
        const kept = state.next - NEW_INBOX.next;
        expect(kept).toBe(handed + state.dropped + state.kept.length);
        expect(state.expired).toBe(0);
      }),
    );
  });

  it("R80 what holds something has a timer, and all of it ends but a wait that has none", () => {
    fc.assert(
      fc.property(history, (steps) => {
        const { state, now } = play(steps, (seen) => {
          const { state: left } = prune(seen.state, seen.now, BOUNDS);
          const open = left.subscriptions.every(({ until }) => until === undefined);
          const rest = { ...left, subscriptions: open ? [] : left.subscriptions };
          const due = timerDue(left, seen.now, BOUNDS) ?? 0;
          expect(isEmpty(rest) || due > seen.now).toBe(true);
        });
        const { state: end } = prune(state, now + 1_000, BOUNDS);
        expect(end.subscriptions.every(({ until }) => until === undefined)).toBe(true);
        const later = prune({ ...end, subscriptions: [] }, now + 2_000, BOUNDS).state;
        expect(isEmpty(later)).toBe(true);
      }),
    );
  });

  it("remembers no more ids than it is told to", () => {
    const bounds = inboxBounds({ rememberCount: 2, keepCount: 1 });
    let state = NEW_INBOX;
    for (const id of ["a", "b", "c"]) ({ state } = accept(state, id, 1, bounds));
    expect(accept(state, "c", 2, bounds).result).toBe("duplicate");
    expect(accept(state, "a", 2, bounds).result).toBe("kept");
    expect(state.seen).toHaveLength(2);
  });

  it("a state as version 1 has stored it is read", () => {
    // Not to be changed: it is in the state of servers out there.
    const stored = JSON.parse(`{"v":1,"subscriptions":[{"agent":"clerk","taskId":"t-1",
      "operationId":"u/1/0/1","until":1300,"since":1000}],"kept":[],"next":3,
      "seen":[{"id":"ca978112ca1bbdcafac231b39a23dc4d","at":1000}],
      "answered":[{"id":"3e23e8160039594a33894f6564e1b134","at":1000}],
      "dropped":1,"expired":1,"lostAt":1000,"timerAt":5000}`) as InboxState;
    const bounds = inboxBounds({ rememberMs: 10_000 });
    expect(viewInbox(stored, 1_100, bounds)).toMatchObject({
      waits: [{ agent: "clerk", taskId: "t-1", operationId: "u/1/0/1" }],
      dropped: 1,
      expired: 1,
      remembered: 1,
    });
    expect(accept(stored, "a", 1_100, bounds).result).toBe("duplicate");
    expect(accept(stored, "b", 1_100, bounds).notify).toHaveLength(1);
    expect(accept(stored, "b", 1_400, bounds).result).toBe("late");
    const wait = { agent: "clerk", taskId: "t-2", operationId: "b" };
    expect(subscribe(stored, wait, 1_400, bounds).state.subscriptions).toEqual([]);
    expect(timerDue(stored, 1_400, bounds)).toBeUndefined();
  });

  it.each([
    [{ keepCount: 0 }, "events.keepCount must be an integer from 1 to 1000"],
    [{ rememberMs: Number.NaN }, "events.rememberMs must be an integer"],
  ])("a bound that is none is named: %j", (settings, says) => {
    expect(() => inboxBounds(settings)).toThrow(says);
  });
});
