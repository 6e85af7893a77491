// Owns which command a key means: a key alone, or the second of two in quick succession. Pure; the time is
// given, in milliseconds.

/** Between the two keys of a command. */
const TOGETHER_MS = 1_200;

export type KeySequence = (
  key: string,
  at: number,
  /** Keys to command ids. */
  commands: ReadonlyMap<string, string>,
) => string | undefined;

export function createKeySequence(): KeySequence {
  let before: { readonly key: string; readonly at: number } | undefined;
  return (key, at, commands) => {
    const first = before !== undefined && at - before.at <= TOGETHER_MS ? before.key : undefined;
    before = undefined;
    const both = first === undefined ? undefined : commands.get(`${first} ${key}`);
    if (both !== undefined) return both;
    const alone = commands.get(key);
    if (alone !== undefined) return alone;
    if ([...commands.keys()].some((keys) => keys.startsWith(`${key} `))) before = { key, at };
    return undefined;
  };
}
