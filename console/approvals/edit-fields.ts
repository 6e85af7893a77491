// Owns the fields of a form for a call's arguments: one for each property that the tool's schema, or the
// arguments themselves, have. What has no simple field is edited as JSON. Pure.

export type FieldKind = "text" | "number" | "choice" | "yes-no" | "json";

export interface EditField {
  readonly name: string;
  readonly kind: FieldKind;
  readonly label: string;
  /** What the tool's author says of it. */
  readonly about?: string;
  readonly required: boolean;
  /** Of a choice. */
  readonly choices?: readonly string[];
}

/** What a person has typed, by the field's name; absent is nothing. */
export type Typed = Readonly<Record<string, string>>;

interface Schema {
  readonly type?: unknown;
  readonly enum?: unknown;
  readonly title?: unknown;
  readonly description?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: unknown;
}

type Values = Readonly<Record<string, unknown>>;

/** In the schema's order, then what the arguments have besides. */
export function fieldsOf(schema: Schema | undefined, values: Values): readonly EditField[] {
  const properties = schema?.properties ?? {};
  const required = Array.isArray(schema?.required) ? schema.required : [];
  const names = [...new Set([...Object.keys(properties), ...Object.keys(values)])];
  return names.map((name) => {
    const of = properties[name] ?? {};
    const choices = choicesOf(of);
    return {
      name,
      kind: choices === undefined ? kindOf(of, values[name]) : "choice",
      label: typeof of.title === "string" ? of.title : name,
      ...(typeof of.description === "string" ? { about: of.description } : {}),
      required: required.includes(name),
      ...(choices === undefined ? {} : { choices }),
    };
  });
}

function choicesOf(schema: Schema): readonly string[] | undefined {
  const { enum: all } = schema;
  return Array.isArray(all) && all.every((each) => typeof each === "string") ? all : undefined;
}

function kindOf({ type }: Schema, value: unknown): FieldKind {
  const known = typeof type === "string" ? type : typeof value;
  if (known === "string") return "text";
  if (known === "integer" || known === "number") return "number";
  return known === "boolean" ? "yes-no" : "json";
}

/** What the form shows before anything is typed. */
export function typedOf(fields: readonly EditField[], values: Values): Typed {
  const shown = fields.flatMap(({ name, kind }) => {
    const value = values[name];
    if (value === undefined) return [];
    const isText = kind === "text" || kind === "choice";
    const text = isText && typeof value === "string" ? value : JSON.stringify(value, null, 2);
    return [[name, text] as const];
  });
  return Object.fromEntries(shown);
}

export interface ReadForm {
  readonly values: Values;
  /** By the field's name. */
  readonly problems: Readonly<Record<string, string>>;
}

/** The arguments that were typed. An empty field that is not required is left out. */
export function readTyped(fields: readonly EditField[], typed: Typed): ReadForm {
  const values: Record<string, unknown> = {};
  const problems: Record<string, string> = {};
  for (const field of fields) {
    const { name, kind, required } = field;
    const text = typed[name];
    if (text === undefined || (text === "" && kind !== "text")) {
      if (required) problems[name] = "is needed";
      continue;
    }
    const read = readField(kind, text);
    if ("problem" in read) problems[name] = read.problem;
    // A name may be one that an assignment would take for something else.
    else Object.defineProperty(values, name, { value: read.value, enumerable: true });
  }
  return { values, problems };
}

type ReadField = { readonly value: unknown } | { readonly problem: string };

function readField(kind: FieldKind, text: string): ReadField {
  if (kind === "text" || kind === "choice") return { value: text };
  try {
    const value = JSON.parse(text) as unknown;
    if (kind === "number" && typeof value !== "number") return { problem: "takes a number" };
    if (kind === "yes-no" && typeof value !== "boolean") return { problem: "takes yes or no" };
    return { value };
  } catch {
    return { problem: kind === "number" ? "takes a number" : "takes JSON" };
  }
}
