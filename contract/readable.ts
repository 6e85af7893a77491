// Owns how a serde says what of a value may stay readable when journal and state are encrypted
// (docs/encryption.md). By marks on the bytes object: what has none is encrypted whole, and
// without encryption the marks mean nothing.

// Registered, so that two copies of this package in one process agree.
const SUMMARY = Symbol.for("holdfast.summary");
const ANSWER = Symbol.for("holdfast.answer");

/** Flat facts without content: statuses, names, counts, times. Its keys are those of the value. */
export type Summary = Readonly<Record<string, unknown>>;

interface Marked extends Uint8Array {
  [SUMMARY]?: () => Summary;
  [ANSWER]?: true;
}

/** Marks a serialized state value: `summarize` gives the part that SQL may read. */
function withSummary(bytes: Uint8Array, summarize: () => Summary): Uint8Array {
  (bytes as Marked)[SUMMARY] = summarize;
  return bytes;
}

/** The readable part of a value that `withSummary` marked. */
export function summaryOf(bytes: Uint8Array): Summary | undefined {
  return (bytes as Marked)[SUMMARY]?.();
}

/** Marks the serialized answer of a public handler: a caller who asked in plain may read it. */
function asAnswer(bytes: Uint8Array): Uint8Array {
  (bytes as Marked)[ANSWER] = true;
  return bytes;
}

export function isAnswer(bytes: Uint8Array): boolean {
  return (bytes as Marked)[ANSWER] === true;
}

/** A serde of plain JSON, as Restate's SDK takes it. */
interface JsonSerde<T> {
  readonly contentType: string;
  serialize(value: T): Uint8Array;
  deserialize(bytes: Uint8Array): T;
}

function json<T>(mark: (bytes: Uint8Array, value: T) => Uint8Array): JsonSerde<T> {
  return {
    contentType: "application/json",
    serialize: (value) => {
      const text = value === undefined ? "" : JSON.stringify(value);
      return mark(new TextEncoder().encode(text), value);
    },
    deserialize: (bytes) =>
      (bytes.length === 0 ? undefined : JSON.parse(new TextDecoder().decode(bytes))) as T,
  };
}

/** For the output of every handler that people call: they are answered as they have asked. */
export function answerJson<T>(): JsonSerde<T> {
  return json((bytes) => asAnswer(bytes));
}

/** For a state value of which SQL may read the summary. */
export function summarizedJson<T>(summarize: (value: T) => Summary): JsonSerde<T> {
  return json((bytes, value) => withSummary(bytes, () => summarize(value)));
}

/** Stands in every error about a key that a worker lacks: such a failure passes by itself. */
export const MISSING_KEY = "encryption-key-missing";
