// Owns the check that no effect happened twice, and that log and world tell the same (R8, R14, R95):
// counted by call, whatever attempts it took.
import type { HistoryEffect, HistoryTask } from "../history.ts";
import type { Violation } from "../violation.ts";
import { tellEffect, tellEntry, violation } from "../violation.ts";
import type { Call, Indexed } from "./index-history.ts";
import { eventsOf } from "./index-history.ts";

const LAW = "effect-once";

interface Known {
  readonly effect: HistoryEffect;
  readonly call: Call & { readonly undo: boolean };
}

export function checkEffects(history: Indexed): readonly Violation[] {
  const known = history.effects.flatMap((effect): readonly Known[] => {
    const call = history.callOf(effect.key);
    return call === undefined ? [] : [{ effect, call }];
  });
  const done = known.filter(({ effect }) => effect.done);
  return [
    ...twice(done),
    ...askedTwice(history, known),
    ...undoneUnmade(done),
    ...history.sound.flatMap((task) => denied(history, task, done)),
  ];
}

function twice(done: readonly Known[]): readonly Violation[] {
  const byCall = Map.groupBy(done, ({ effect, call }) => `${effect.verb} ${call.position}`);
  return [...byCall.values()].flatMap((each) => {
    const [first, ...more] = each;
    if (first === undefined || more.length === 0) return [];
    const by = each.map(({ effect }) => tellEffect(effect));
    const what = first.effect.verb === "undo" ? "undone" : "done";
    return [violation(LAW, `a call of ${first.call.tool} was ${what} twice`, by, first.call.task)];
  });
}

/** Of a fenced call the second request is one too many, even where it changed nothing. */
function askedTwice({ tools }: Indexed, known: readonly Known[]): readonly Violation[] {
  const fenced = known.filter(({ effect }) => tools[effect.tool]?.fenced === true);
  return [...Map.groupBy(fenced, ({ effect }) => effect.key).values()].flatMap((each) => {
    const [first] = each;
    if (first === undefined || each.length === 1) return [];
    const by = each.map(({ effect }) => tellEffect(effect));
    return [
      violation(LAW, `a fenced call of ${first.call.tool} was sent twice`, by, first.call.task),
    ];
  });
}

function undoneUnmade(done: readonly Known[]): readonly Violation[] {
  const made = new Set(
    done.filter(({ effect }) => effect.verb === "do").map(({ call }) => call.operationId),
  );
  const unmade = done.filter(
    ({ effect, call }) => effect.verb === "undo" && !made.has(call.operationId),
  );
  return unmade.map(({ effect, call }) =>
    violation(LAW, "what was never done was undone", [tellEffect(effect)], call.task),
  );
}

/** Codes by which the runtime itself says that nothing was done. */
const NOTHING_DONE: ReadonlySet<string> = new Set(["not_applied", "denied", "stopped"]);

/** Where the log says that something happened, or did not, and the world says otherwise. */
function denied(
  { tools }: Indexed,
  task: HistoryTask,
  done: readonly Known[],
): readonly Violation[] {
  const of = (operationId: string, verb: HistoryEffect["verb"]) =>
    done.find(({ call, effect }) => call.operationId === operationId && effect.verb === verb);
  const returned = eventsOf(task, "tool.returned").flatMap((event): readonly Violation[] => {
    const { data } = event;
    if (tools[data.tool] === undefined) return [];
    const effect = of(data.operationId, "do");
    const byPerson = data.via === "override" || data.via === "statement";
    if (data.outcome === "ok" && effect === undefined && !byPerson)
      return [
        violation(
          LAW,
          `the log tells of ${data.tool}, which was never done`,
          [tellEntry(event)],
          task,
        ),
      ];
    const isDenied =
      data.outcome === "cancelled" || (data.outcome === "error" && NOTHING_DONE.has(data.code));
    if (!isDenied || effect === undefined) return [];
    const by = [tellEffect(effect.effect), tellEntry(event)];
    return [violation(LAW, `${data.tool} was done, and the log says that it was not`, by, task)];
  });
  const undone = eventsOf(task, "effect.compensated").filter(
    ({ data }) => data.outcome === "undone" && of(data.operationId, "undo") === undefined,
  );
  return [
    ...returned,
    ...undone.map((event) =>
      violation(LAW, `the log says that ${event.data.tool} was undone`, [tellEntry(event)], task),
    ),
  ];
}
