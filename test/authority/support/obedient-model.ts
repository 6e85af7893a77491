// Owns the worst model there is: it makes every call that any text it is sent tells it to make, be it a
// message, a result, an error, a file or the file's name, and then says "done as told".
import type { ModelRequest, ResolvedMessage, ResolvedPart } from "../../../contract/model.ts";
import {
  asksFor,
  says,
  type ScriptedModel,
  scriptedModel,
} from "../../agent/support/scripted-model.ts";

const INSTRUCTION = /DO (\S+) (\{[^}]*\})/g;

/** Asks for every call that it was told to make and has not asked for yet. */
export function obedientModel(): ScriptedModel {
  const next = ({ messages }: ModelRequest) => {
    const asked = messages.flatMap((each) => (each.role === "assistant" ? each.calls : []));
    const done = new Set(asked.map((call) => `${call.name} ${call.arguments}`));
    const told = messages.flatMap((each) => [...textOf(each).matchAll(INSTRUCTION)]);
    const due = told.filter(([, name, given]) => !done.has(`${name} ${given}`));
    return due.map(
      ([, name = "", given = ""], n) => [name, given, `call-${asked.length + n}`] as const,
    );
  };
  return scriptedModel((request) => {
    const wanted = next(request);
    return wanted.length === 0 ? says("done as told") : asksFor(...wanted);
  });
}

/** The words that make it ask for a call. */
export function telling(name: string, given: unknown): string {
  return `DO ${name} ${JSON.stringify(given)}`;
}

function textOf(message: ResolvedMessage): string {
  if (message.role === "user") return message.parts.map(partText).join(" ");
  // What people and tools say may stand in JSON.
  return message.role === "assistant" ? "" : message.text.replaceAll('\\"', '"');
}

function partText(part: ResolvedPart): string {
  if (part.type === "text") return part.text.replaceAll('\\"', '"');
  const name = part.type === "file" ? (part.name ?? "") : "";
  return `${name} ${new TextDecoder().decode(part.bytes)}`;
}
