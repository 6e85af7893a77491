// Owns how an entry of the log reads in a task's story: one line, whose words are for people. What it does not
// say is in the entry itself, one click away. Pure.
import type { StoredText } from "../../../contract/artifact.ts";
import type { EventData, EventType, TaskEvent } from "../../../contract/event.ts";
import type { Tone } from "../../controls/status.ts";

export type LineKind = "message" | "model" | "tool" | "decision" | "operator" | "wait" | "runtime";

/** A call that the model asks for. */
export interface AskedCall {
  readonly tool: string;
  readonly arguments: StoredText;
  /** Why it is not made. */
  readonly refused?: string;
}

export interface Line {
  readonly kind: LineKind;
  readonly title: string;
  /** What was said or returned, as it is. */
  readonly body?: StoredText;
  readonly calls?: readonly AskedCall[];
  /** In small letters behind the title. */
  readonly note?: string;
  readonly tone?: Tone;
  /** Left out of the story, and there with all entries. */
  readonly quiet?: true;
}

/** Of one type of event. */
export type LineOf<T extends EventType> = (data: EventData[T], event: TaskEvent) => Line;
export type Lines = { readonly [T in EventType]?: LineOf<T> };

export function text(words: string | undefined): { readonly body?: StoredText } {
  return words === undefined || words === "" ? {} : { body: { text: words } };
}

/** Who caused an entry, as people call them. */
export function actorName({ actor }: Pick<TaskEvent, "actor">): string {
  return (
    actor.id ??
    { user: "a user", agent: "the agent", operator: "an operator", runtime: "the runtime" }[
      actor.kind
    ]
  );
}

/** `3 calls`, `1 call`. */
export function some(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`;
}

/** Of parts, those that are given, with commas between. */
export function noted(...parts: readonly (string | undefined)[]): { readonly note?: string } {
  const given = parts.filter((part) => part !== undefined && part !== "");
  return given.length === 0 ? {} : { note: given.join(", ") };
}
