// Owns how the one line of an explanation reads in the console: without the calls and commands that bring a task
// on, for which there are buttons here, and with times as people read them. Pure.

/** A command, a call, or a command with the call behind it in brackets. */
const REMEDY =
  / by (?:`[^`]*`(?: \((?:POST|PUT|PATCH|GET) [^)\s]+\))?|(?:POST|PUT|PATCH|GET) \/\S+)/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** `timeWords` of a time in milliseconds since the epoch. */
export function explainWords(text: string, timeWords: (at: number) => string): string {
  return text.replace(REMEDY, "").replace(TIME, (time) => timeWords(Date.parse(time)));
}
