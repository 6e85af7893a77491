// Owns keeping credentials out of what leaves an attempt (F39, L9): results, errors and log lines,
// as they are and in the encodings that they travel in. A part of a credential is not recognised.
const MARK = "[***]";

export interface Redactor {
  /** Whether there is nothing to take out. */
  readonly idle: boolean;
  /** From now on this text is taken out. */
  add(secret: string): void;
  /** The text without any secret; the same text when there is none in it. */
  text(text: string): string;
  /**
   * A value as JSON shows it, without any secret in its keys, texts and numbers; the same value
   * when there is none in it.
   */
  value(value: unknown): unknown;
  /** Whether there is a secret in bytes that cannot be changed. */
  holds(bytes: Uint8Array): boolean;
}

export function createRedactor(): Redactor {
  const forms = new Set<string>();
  // The longest first: an encoded form may hold the plain one.
  let ordered: readonly string[] = [];

  const text = (given: string): string => {
    let clean = given;
    // Again, since what a secret leaves may make up another one with what stands around it. Each
    // round makes the text shorter.
    for (;;) {
      const found = ordered.filter((form) => clean.includes(form));
      if (found.length === 0) return clean;
      for (const form of found) clean = clean.replaceAll(form, MARK);
    }
  };

  return {
    get idle() {
      return ordered.length === 0;
    },
    add: (secret) => {
      for (const form of formsOf(secret)) forms.add(form);
      ordered = [...forms].toSorted((a, b) => b.length - a.length);
    },
    text,
    holds: (bytes) => {
      const searched = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return ordered.some((form) => searched.includes(form));
    },
    value: (given) => {
      if (ordered.length === 0) return given;
      if (typeof given === "string") return text(given);
      const json = jsonOf(given);
      if (json === undefined || text(json) === json) return given;
      return cleanTree(JSON.parse(json), text);
    },
  };
}

/** Longer than the mark, so that taking one out makes a text shorter. */
const MIN_FORM_LENGTH = MARK.length + 1;

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString("hex");
  const url = encodeURIComponent(secret.toWellFormed());
  const plain = [
    secret,
    // As it stands in JSON, in an URL, and in a form.
    JSON.stringify(secret).slice(1, -1),
    url,
    url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    new URLSearchParams([["", secret]]).toString().slice(1),
    hex,
    hex.toUpperCase(),
  ];
  return [...plain, ...base64Forms(bytes)].filter((form) => form.length >= MIN_FORM_LENGTH);
}

/** Within longer base64, such as `user:password`, it may begin at each of three places. */
function base64Forms(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    // Only the characters that all of their six bits make up.
    const start = Math.ceil((before * 8) / 6);
    const own = encoded.slice(start, Math.floor(((before + bytes.length) * 8) / 6));
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function cleanTree(value: unknown, text: (given: string) => string): unknown {
  if (typeof value === "string") return text(value);
  if (typeof value === "number") {
    const said = String(value);
    return text(said) === said ? value : MARK;
  }
  if (Array.isArray(value)) return value.map((each) => cleanTree(each, text));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [text(key), cleanTree(each, text)]),
  );
}
