// Owns that a child is held by whoever holds it, itself or its parent, until both have lifted it, and
// never may do more than either gives it, in every order in which it is told (R42, R72).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FollowCommand } from "../../contract/follow.ts";
import type { GrantBounds, NamedGrant } from "../../contract/grant.ts";
import { controlProblem, onControl } from "../../core/control/on-control.ts";
import { isLegal } from "../../core/control/transitions.ts";
import { decide } from "../../core/decide.ts";
import { narrow } from "../../core/grant/narrow.ts";
import { subsetOf } from "../../core/grant/subset.ts";
import { reduce } from "../../core/reduce.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { boundsIn, boundsProblem, onFollow, onOwnGrants } from "../../core/transition/follow.ts";
import { newHead } from "../../core/transition/message.ts";
import type { CoreTask } from "./core-task.ts";
import { NEW_TASK, startedTask } from "./core-task.ts";

type Kind = "paused" | "quarantined" | undefined;
const grantsOf = (...tools: readonly string[]): readonly NamedGrant[] =>
  tools.map((tool) => ({ id: tool, tool }));
const SETS = [[], ["a"], ["b"], ["a", "b"], ["a", "b", "c"]] as const;

type Act =
  | { readonly do: "told"; readonly kind: Kind; readonly within: readonly string[] | undefined }
  | { readonly do: "pause" | "quarantine" | "resume" }
  | { readonly do: "grant"; readonly tools: readonly string[] };

const kind = fc.constantFrom<Kind>(undefined, "paused", "quarantined");
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("told" as const),
      kind,
      within: fc.constantFrom(undefined, ...SETS),
    }),
  },
  fc.record({ do: fc.constantFrom("pause", "quarantine", "resume") }),
  fc.record({ do: fc.constant("grant" as const), tools: fc.constantFrom(...SETS) }),
);

function childTask(): CoreTask {
  const task = startedTask();
  const parent = { agent: "boss", taskId: "p", taskUid: "u", operationId: "u/1/0/1" };
  task.head = { ...task.head, parent: { ...parent, depth: 1, maxDepth: 5 } };
  return task;
}

const SAID = { reason: "let me look", by: "olga" };

function commandOf(held: Kind, within: readonly string[] | undefined): FollowCommand {
  const hold = { kind: held ?? "paused", reason: "with its parent", when: "safe-point" } as const;
  return {
    type: "follow",
    ...(held === undefined ? {} : { hold }),
    ...(within === undefined ? {} : { within: grantsOf(...within) }),
  };
}

function boundsOf({ log }: CoreTask): GrantBounds {
  return log.map(boundsIn).findLast((each) => each !== undefined) ?? {};
}

const DECLARED = grantsOf("a", "b");

function follow(task: CoreTask, command: FollowCommand): void {
  task.record(onFollow(task.head, command, { declared: DECLARED, bounds: boundsOf(task) }));
}

/** What must be so, kept beside the task. */
interface Model {
  own: Kind;
  above: Kind;
  given: readonly NamedGrant[] | undefined;
  within: readonly NamedGrant[] | undefined;
}

function perform(task: CoreTask, model: Model, given: Act): void {
  const { head } = task;
  switch (given.do) {
    case "told":
      follow(task, commandOf(given.kind, given.within));
      model.above = given.kind;
      if (given.within !== undefined) model.within = grantsOf(...given.within);
      return;
    case "grant": {
      const grants = grantsOf(...given.tools);
      if (boundsProblem(boundsOf(task), grants) !== undefined) return;
      task.record(onOwnGrants(head, { grants, ...SAID }, boundsOf(task)));
      model.given = grants;
      return;
    }
    case "pause":
    case "quarantine":
    case "resume": {
      const command =
        given.do === "pause"
          ? ({ type: "pause", when: "safe-point", ...SAID } as const)
          : ({ type: given.do, ...SAID } as const);
      if (controlProblem(head, command) !== undefined) return;
      task.record(onControl(head, command, { agent: task.agent, now: task.now }));
      if (given.do === "resume") model.own = undefined;
      else if (given.do === "quarantine") model.own = "quarantined";
      else model.own ??= "paused";
    }
  }
}

function shown({ own, above }: Model): Kind {
  return own === "quarantined" || above === "quarantined" ? "quarantined" : (own ?? above);
}

/** What it may do, once anybody has said so. */
function toolsIn({ given, within }: Model): readonly string[] | undefined {
  const grants = within === undefined ? given : narrow(given ?? DECLARED, within);
  expect(within === undefined || subsetOf(grants ?? [], within).within).toBe(true);
  return grants?.map(({ tool }) => tool);
}

function lastGrants({ log }: CoreTask): readonly NamedGrant[] | undefined {
  const last = log.findLast(({ type }) => type === "grants.changed");
  return last?.type === "grants.changed" ? last.data.grants : undefined;
}

function expectLegal({ log }: CoreTask): void {
  let before: TaskHead = newHead(NEW_TASK);
  for (const event of log) {
    const after = reduce(before, event);
    expect(isLegal(before.status, event.type, after.status), event.type).toBe(true);
    before = after;
  }
}

describe("a child that follows its parent", () => {
  it("R72 R42 is held as long as either holds it, and has no more than both give", () => {
    const property = fc.property(fc.array(act, { maxLength: 14 }), (acts) => {
      const task = childTask();
      const model: Model = {
        own: undefined,
        above: undefined,
        given: undefined,
        within: undefined,
      };
      for (const each of acts) {
        perform(task, model, each);
        const held = shown(model);
        expect(task.head.hold?.kind).toBe(held);
        expect(task.head.status).toBe(held ?? "queued");
        const next = decide(task.head, task.agent, { steps: 0, bytes: 0 }).do;
        expect(next).toBe(held === undefined ? "call-model" : "end");
        expect(lastGrants(task)?.map(({ tool }) => tool)).toEqual(toolsIn(model));
        // The same again is nothing new.
        const before = task.log.length;
        follow(task, commandOf(model.above, undefined));
        expect(task.log).toHaveLength(before);
      }
      expectLegal(task);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("R72 is resumed where it is held, and says where", () => {
    const task = childTask();
    follow(task, commandOf("quarantined", undefined));
    const command = { type: "resume", ...SAID } as const;
    expect(controlProblem(task.head, command)).toMatchObject({
      code: "verb_not_allowed",
      message: "the task is quarantined with its parent boss/p; resume that one",
    });
    expect(onControl(task.head, command, { agent: task.agent, now: task.now })).toEqual([]);
  });

  it("R42 is given nothing by people that its parent may not do", () => {
    const task = childTask();
    follow(task, commandOf(undefined, ["a"]));
    expect(boundsProblem(boundsOf(task), grantsOf("b"))).toContain("its parent");
    expect(boundsProblem(boundsOf(task), grantsOf("a"))).toBeUndefined();
  });

  it("R42 R43 has what its parent was given later, as far as its agent gives it", () => {
    const task = childTask();
    follow(task, commandOf(undefined, []));
    expect(lastGrants(task)).toEqual([]);
    follow(task, commandOf(undefined, ["a", "c"]));
    expect(lastGrants(task)?.map(({ tool }) => tool)).toEqual(["a"]);
  });
});
