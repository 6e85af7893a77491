// Owns the one line of any entry of a log, also of one whose content was erased, and of a type that is newer
// than this console. Pure.
import type { TaskEvent } from "../../../contract/event.ts";
import { type Line, type Lines, noted, text } from "./line.ts";
import { PEOPLE_LINES } from "./people-lines.ts";
import { RUNTIME_LINES } from "./runtime-lines.ts";
import { WORK_LINES } from "./work-lines.ts";

const LINES: Lines = { ...WORK_LINES, ...PEOPLE_LINES, ...RUNTIME_LINES };

export function lineOf(event: TaskEvent): Line {
  const named = event.type.replaceAll(/[.-]/g, " ");
  if (event.erased !== undefined)
    return { kind: "runtime", title: `${named}: its content was erased` };
  // Each type's own function is given its own data.
  const line = LINES[event.type] as ((data: unknown, event: TaskEvent) => Line) | undefined;
  if (line === undefined) return withActor({ kind: "runtime", title: named }, event);
  return withActor(line(event.data, event), event);
}

/** What a person has caused is never left out, and says who and why. */
function withActor(line: Line, event: TaskEvent): Line {
  const { actor, reason } = event;
  const said = line.body === undefined && reason !== undefined ? text(reason) : {};
  const id = actor.kind === "operator" ? actor.id : undefined;
  if (id === undefined || line.kind === "operator") return { ...line, ...said };
  const { quiet: _, note, ...rest } = line;
  const by = line.title.includes(id) ? undefined : `by ${id}`;
  return { ...rest, kind: "operator", ...said, ...noted(by, note) };
}

/** What of the story a reader wants to see. */
export type Shown = "story" | "people" | "model" | "tools" | "all";
export const SHOWN: readonly Shown[] = ["story", "people", "model", "tools", "all"];

const KINDS: Readonly<Record<Exclude<Shown, "all" | "story">, readonly Line["kind"][]>> = {
  people: ["message", "decision", "operator"],
  model: ["message", "model"],
  tools: ["tool", "decision", "wait"],
};

export function isIn(shown: Shown, { kind, quiet }: Line): boolean {
  if (shown === "all") return true;
  return quiet !== true && (shown === "story" || KINDS[shown].includes(kind));
}
