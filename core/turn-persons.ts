// Owns who has a part in a turn: the persons whose messages are in it, in bounded number, so that
// none of them approves what the turn asks for (R35, R97).
import { personOf } from "./approval/rule.ts";
import type { TurnState } from "./task-head.ts";

/** Of one turn. */
export const MAX_TURN_PERSONS = 32;

type Persons = Pick<TurnState, "persons" | "crowded">;

/** What a message of this one adds; nothing of a message without a name. */
export function withPerson({ persons = [] }: Persons, by: string | undefined): Persons {
  if (by === undefined || persons.some((each) => personOf(each) === personOf(by))) return {};
  return persons.length < MAX_TURN_PERSONS ? { persons: [...persons, by] } : { crowded: true };
}
