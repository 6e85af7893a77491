// Owns reading policy texts: every policy gets an id, and one that does not parse, does not fit
// the schema or shares its id is an error that names file, line and what Cedar says.
import { readFileSync } from "node:fs";
import {
  checkParseSchema,
  type DetailedError,
  policySetTextToParts,
  policyToJson,
  type PolicyJson,
  validate,
} from "@cedar-policy/cedar-wasm/nodejs";

/** Cedar text, or the files that hold it. */
export type PolicySource = string | { readonly files: readonly string[] };

export interface PolicyText {
  /** What errors call it: a file's path, or what the text is. */
  readonly name: string;
  readonly text: string;
}

export interface LoadedPolicy {
  readonly id: string;
  readonly text: string;
  readonly json: PolicyJson;
  /** Where it stands, for errors. */
  readonly place: string;
}

/** Throws an Error that names a file that cannot be read. */
export function readSource(source: PolicySource): readonly PolicyText[] {
  if (typeof source === "string") return [{ name: "policies", text: source }];
  return source.files.map((name) => {
    try {
      return { name, text: readFileSync(name, "utf8") };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
      throw new Error(`the policy file ${name} cannot be read (${code})`, { cause: error });
    }
  });
}

/** Throws an Error with a line per problem. */
export function loadPolicies(sources: readonly PolicyText[]): readonly LoadedPolicy[] {
  const problems: string[] = [];
  const policies = sources.flatMap((source) => partsOf(source, problems));
  const places = new Map<string, string>();
  for (const { id, place } of policies) {
    const other = places.get(id);
    if (other !== undefined) problems.push(`${place}: the @id "${id}" is that of ${other} as well`);
    places.set(id, place);
  }
  refuse(problems);
  return policies;
}

function partsOf({ name, text }: PolicyText, problems: string[]): readonly LoadedPolicy[] {
  const answer = policySetTextToParts(text);
  if (answer.type === "failure") {
    problems.push(...answer.errors.map((error) => describe(error, { name, text })));
    return [];
  }
  for (const template of answer.policy_templates) {
    const place = `${name}:${lineAt(text, text.indexOf(template))}`;
    problems.push(`${place}: a template (with ?principal or ?resource) is never linked; name them`);
  }
  return answer.policies.map((part, index) => {
    const parsed = policyToJson(part);
    if (parsed.type === "failure") throw new Error(`${name}: Cedar cannot read back its own text`);
    const { json } = parsed;
    const line = lineAt(text, text.indexOf(part));
    const id = json.annotations?.["id"] ?? `${name}#${sourceOrder(answer.policies.length, index)}`;
    return { id, text: part, json, place: `${name}:${line}` };
  });
}

/** Cedar lists policies by the text of their numbers: policy10 stands before policy2. */
function sourceOrder(count: number, index: number): number {
  const names = Array.from({ length: count }, (_, number) => String(number)).toSorted();
  return Number(names[index]) + 1;
}

/** What Cedar finds suspicious. Throws an Error with a line per policy that does not fit. */
export function validatePolicies(
  policies: readonly LoadedPolicy[],
  schema: string,
): readonly string[] {
  const parsed = checkParseSchema(schema);
  if (parsed.type === "failure") {
    refuse(parsed.errors.map((error) => describe(error, { name: "policy schema", text: schema })));
  }
  const problems: string[] = [];
  const warnings: string[] = [];
  // One by one, since Cedar's message names a policy, and only we know where it stands.
  for (const { text, place, id } of policies) {
    const answer = validate({ schema, policies: { staticPolicies: { [id]: text } } });
    const at = { name: place, text: "" };
    if (answer.type === "failure") {
      problems.push(...answer.errors.map((error) => describe(error, at)));
      continue;
    }
    problems.push(...answer.validationErrors.map(({ error }) => describe(error, at)));
    const said = [...answer.validationWarnings.map(({ error }) => error), ...answer.otherWarnings];
    // The shipped schema knows no arguments, so a policy on them looks impossible to Cedar.
    const usual = text.includes("arguments");
    warnings.push(
      ...said
        .filter(({ message }) => !(usual && message.includes("policy is impossible")))
        .map((error) => describe(error, at)),
    );
  }
  refuse(problems);
  return warnings;
}

const ON_ARGUMENTS =
  "ask first whether it is there, as in `context.arguments has amount && ...`, since not every tool has it";

function describe(error: DetailedError, { name, text }: PolicyText): string {
  const [location] = error.sourceLocations ?? [];
  const line = text === "" || location === undefined ? "" : `:${lineOfByte(text, location.start)}`;
  const expected = location?.label ?? undefined;
  const unguarded = /attribute `arguments\..*not found/.test(error.message);
  const parts = [error.message, expected, unguarded ? ON_ARGUMENTS : (error.help ?? undefined)];
  return `${name}${line}: ${parts.filter((part) => part !== undefined).join("; ")}`;
}

function lineAt(text: string, index: number): number {
  return text.slice(0, Math.max(index, 0)).split("\n").length;
}

/** Cedar counts bytes of UTF-8. */
function lineOfByte(text: string, byte: number): number {
  return Buffer.from(text).subarray(0, byte).toString("latin1").split("\n").length;
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  const lines = [...new Set(problems)].map((each) => `  - ${each}`);
  throw new Error(`the policies cannot be used:\n${lines.join("\n")}`);
}
