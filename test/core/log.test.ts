// Owns what a sealed log shows of what was done to it afterwards (L10).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TaskEvent } from "../../contract/event.ts";
import { digestOf } from "../../core/digest.ts";
import { chainProblem, GENESIS, linkProblem, sealEvent } from "../../core/log.ts";
import { asksFor, call, operationAt, returnsOk, says, startedTask } from "./core-task.ts";

function finishedLog(): readonly TaskEvent[] {
  const task = startedTask();
  task.hear(asksFor(call("a", "look", 1), call("b", "look", 2)));
  task.takeIn(operationAt(task, 1), returnsOk("two"));
  task.takeIn(operationAt(task, 0), returnsOk("one"));
  task.hear(says("Both are there."));
  return task.log;
}
const LOG = finishedLog();
const LAST = LOG.length - 1;
const anyEntry = fc.nat(LAST);

function at(index: number): TaskEvent {
  const event = LOG[index];
  if (event === undefined) throw new Error(`the log has no entry ${index}`);
  return event;
}

/** Each of an entry's own fields, changed in the smallest way. */
const CHANGES: Readonly<Record<string, (event: TaskEvent) => object>> = {
  data: (event) => ({ data: { ...event.data, extra: 1 } }),
  at: (event) => ({ at: event.at + 1 }),
  actor: () => ({ actor: { kind: "operator", id: "eve" } }),
  reason: () => ({ reason: "another" }),
  type: () => ({ type: "model.aborted" }),
  v: () => ({ v: 2 }),
  hash: () => ({ hash: "a".repeat(64) }),
};

function changed(index: number, change: object): TaskEvent {
  return { ...at(index), ...change };
}

/** The entry with another reason and the hash that fits it. */
function rehashed(index: number): TaskEvent {
  const { hash: _, ...unhashed } = changed(index, { reason: "another" });
  return { ...unhashed, hash: digestOf(unhashed) };
}

describe("L10 a log that was tampered with", () => {
  it("is sound as it was written", () => {
    expect(LOG.length).toBeGreaterThan(5);
    expect(chainProblem(LOG)).toBeUndefined();
    expect(linkProblem(LOG, 0)).toBeUndefined();
  });

  it.each(Object.keys(CHANGES))("shows the first entry whose %s was changed", (field) => {
    for (const index of LOG.keys()) {
      const change = CHANGES[field]?.(at(index)) ?? {};
      expect(chainProblem(LOG.with(index, changed(index, change)))?.seq).toBe(index);
    }
  });

  it("shows the entry behind one that was changed and hashed anew", () => {
    for (const index of [...LOG.keys()].slice(0, -1)) {
      expect(chainProblem(LOG.with(index, rehashed(index)))?.seq).toBe(index + 1);
    }
    // Behind the last entry stands the head, which knows the hash of the log's end.
    expect(rehashed(LAST).hash).not.toBe(at(LAST).hash);
  });

  it("shows where an entry was dropped", () => {
    for (const index of [...LOG.keys()].slice(0, -1)) {
      const problem = { seq: index, problem: `expected entry ${index}, found ${index + 1}` };
      expect(chainProblem(LOG.toSpliced(index, 1))).toEqual(problem);
    }
  });

  it("shows the first of two entries that changed places", () => {
    fc.assert(
      fc.property(anyEntry, anyEntry, (one, other) => {
        fc.pre(one !== other);
        const log = LOG.with(one, at(other)).with(other, at(one));
        expect(chainProblem(log)?.seq).toBe(Math.min(one, other));
      }),
    );
  });

  it("shows an entry that stands there twice", () => {
    for (const index of LOG.keys()) {
      expect(chainProblem(LOG.toSpliced(index, 0, at(index)))?.seq).toBe(index + 1);
    }
  });

  it("is checked from any position on, against the hash before it", () => {
    for (const index of [...LOG.keys()].slice(1)) {
      const rest = LOG.slice(index);
      expect(chainProblem(rest, { seq: index, hash: at(index - 1).hash })).toBeUndefined();
      expect(chainProblem(rest, { seq: index, hash: GENESIS })?.seq).toBe(index);
    }
  });
});

describe("the links alone", () => {
  it("show a gap, a swap and a foreign entry, from a position on", () => {
    for (const index of [...LOG.keys()].slice(1)) {
      const foreign = LOG.with(index, changed(index, { prev: "b".repeat(64) }));
      expect(linkProblem(foreign, 0)?.seq).toBe(index);
      expect(linkProblem(foreign, index)?.seq).toBe(index);
      expect(linkProblem(foreign, index + 1)).toBeUndefined();
      expect(linkProblem(LOG.toSpliced(index - 1, 1), 0)?.seq).toBe(
        index - 1 === LAST ? undefined : index - 1,
      );
    }
  });

  it("say nothing of the content of an entry whose own hash stands", () => {
    const log = LOG.with(2, changed(2, { reason: "another" }));
    expect(linkProblem(log, 0)).toBeUndefined();
    expect(chainProblem(log)?.seq).toBe(2);
  });
});

describe("sealing an event", () => {
  it("never lets time go back, whatever the worker's clock says", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e12 }), { minLength: 1 }), (clock) => {
        let end = { nextSeq: 0, hash: GENESIS, updatedAt: 0 };
        const log = clock.map((now) => {
          const body = { type: "model.aborted", data: { step: 1 } } as const;
          const event = sealEvent(end, body, now);
          expect(event.at).toBe(Math.max(now, end.updatedAt));
          end = { nextSeq: event.seq + 1, hash: event.hash, updatedAt: event.at };
          return event;
        });
        expect(chainProblem(log)).toBeUndefined();
      }),
    );
  });

  it("names the runtime as the actor of what nobody else has done", () => {
    const end = { nextSeq: 0, hash: GENESIS, updatedAt: 0 };
    const body = { type: "model.aborted", data: { step: 1 } } as const;
    expect(sealEvent(end, body, 5).actor).toEqual({ kind: "runtime" });
    const actor = { kind: "user", id: "ann" } as const;
    expect(sealEvent(end, { ...body, actor }, 5).actor).toEqual(actor);
  });
});
