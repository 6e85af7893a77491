// Owns the tests of who has a part in a turn: everybody whose message is in it, each person once, in
// bounded number, beyond which nobody is believed to have had no part (R35, R97).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packageProblem } from "../../core/approval/package-problem.ts";
import { refusalOf } from "../../core/approval/authority.ts";
import { newApproval } from "../../core/approval/approval-head.ts";
import { personOf } from "../../core/approval/rule.ts";
import type { TurnState } from "../../core/task-head.ts";
import { onMessage } from "../../core/transition/message.ts";
import { MAX_TURN_PERSONS, withPerson } from "../../core/turn-persons.ts";
import { startedTask } from "./core-task.ts";
import { keyOf, packageOf } from "../approval/support/approval-package.ts";

type Persons = Pick<TurnState, "persons" | "crowded">;

function after(names: readonly (string | undefined)[]): Persons {
  return names.reduce<Persons>((known, by) => ({ ...known, ...withPerson(known, by) }), {});
}

const name = fc.option(
  fc.integer({ min: 0, max: 60 }).chain((n) => fc.constantFrom(`p${n}`, `P${n}`, ` p${n}`)),
  { nil: undefined },
);

it("R35 each person of a turn is kept once, or it is said that there are more", () => {
  fc.assert(
    fc.property(fc.array(name, { maxLength: 120 }), (names) => {
      const { persons = [], crowded } = after(names);
      const known = new Set(persons.map(personOf));
      const all = new Set(names.flatMap((each) => (each === undefined ? [] : [personOf(each)])));
      expect(known.size).toBe(persons.length);
      expect(persons.length).toBe(Math.min(all.size, MAX_TURN_PERSONS));
      expect(crowded === true).toBe(all.size > MAX_TURN_PERSONS);
      for (const each of known) expect(all).toContain(each);
    }),
  );
});

it("R35 the head keeps them however far back in the log they wrote, until the next turn", () => {
  const task = startedTask();
  const write = (messageId: string, from: string) =>
    task.record(onMessage(task.head, { messageId, parts: [], digest: messageId, from }));
  write("m-1", "sid");
  write("m-2", "Sid");
  expect(task.head.turn.persons).toContain("sid");
  expect(task.head.turn.persons).not.toContain("Sid");
  const { turn, step } = { turn: task.head.turn.number, step: 0 };
  task.record([{ type: "turn.completed", data: { turn, step } }]);
  write("m-3", "bea");
  expect(task.head.turn.persons).toEqual(["bea"]);
});

describe("R35 R97 a request of a turn", () => {
  const of = (requester: object, separationOfDuties = true) =>
    packageOf({ requester, rule: { separationOfDuties } });

  it("is decided by nobody who wrote in it, however the name is written", () => {
    const given = of({ persons: ["rita", "sid"] });
    const head = newApproval(keyOf(given), given);
    for (const by of ["rita", "sid", "SID", "s\u00a0id"]) {
      expect(refusalOf(head, { by, via: "decide" }), by).toBe("own-request");
    }
    expect(refusalOf(head, { by: "ada", via: "decide" })).toBeUndefined();
  });

  it("in which too many wrote is blocked where duties are kept apart, and only there", () => {
    const crowded = of({ crowded: true });
    expect(packageProblem(keyOf(crowded), crowded)).toMatch(/32 persons/);
    const together = of({ crowded: true }, false);
    expect(packageProblem(keyOf(together), together)).toBeUndefined();
  });

  it("whose precondition is not that of its digest is blocked (R33)", () => {
    const given = packageOf({ call: { preconditionValue: '"shipped"' } });
    expect(packageProblem(keyOf(given), given)).toMatch(/precondition/);
    const right = packageOf({ call: { preconditionValue: '"as it was"' } });
    expect(packageProblem(keyOf(right), right)).toBeUndefined();
  });
});
