// Owns who has a part in a turn: the persons whose messages are in it, in bounded number, so that
// none of them approves what the turn asks for (R35, R97).
import type { AskedByParent } from "../contract/child.ts";
import type { Actor } from "../contract/event.ts";
import { personOf } from "./approval/rule.ts";
import type { TurnState } from "./task-head.ts";

/** Of one turn. */
export const MAX_TURN_PERSONS = 32;

type Persons = Pick<TurnState, "persons" | "crowded">;

/** What a message adds: who sent it, or, where a parent has, those who have a part in its turn. */
export function withPersons(
  before: Persons,
  { asked }: { readonly asked?: AskedByParent },
  { actor }: { readonly actor: Actor },
): Persons {
  if (asked === undefined) return withPerson(before, actor.id);
  const crowded = asked.crowded === undefined ? {} : { crowded: asked.crowded };
  return (asked.persons ?? []).reduce<Persons>(
    (so, person) => ({ ...so, ...withPerson({ ...before, ...so }, person) }),
    crowded,
  );
}

/** What a message of this one adds; nothing of a message without a name. */
export function withPerson({ persons = [] }: Persons, by: string | undefined): Persons {
  if (by === undefined || persons.some((each) => personOf(each) === personOf(by))) return {};
  return persons.length < MAX_TURN_PERSONS ? { persons: [...persons, by] } : { crowded: true };
}
