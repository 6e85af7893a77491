// Owns the command line's word for a remedy, as a person may type it (docs/cli.md). What a command asks
// for by itself, such as a reason, is left out.
import { idWithin } from "../../contract/tenant.ts";

/** A task; at a tenant's gateway it is named without the tenant. */
export interface NamedTask {
  readonly agent: string;
  readonly taskId: string;
  readonly tenant?: string;
}

type Body = Readonly<Record<string, string>>;
type Words = (body: Body) => readonly string[];

const none: Words = () => [];
const operation: Words = ({ operationId }) =>
  operationId === undefined ? [] : ["--operation", operationId];

/** What follows the verb and the task; a verb that is not here has no command. */
const AFTER_TASK: Readonly<Record<string, Words>> = {
  explain: none,
  resume: none,
  recover: none,
  kill: none,
  cancel: ({ compensate }) => (compensate === "false" ? ["--no-compensate"] : []),
  pause: ({ when }) => (when === undefined ? [] : ["--when", when]),
  retry: operation,
  withdraw: operation,
  settle: (body) => [...operation(body), "--outcome", "applied|not-applied"],
  answer: (body) => ["ANSWER", ...operation(body)],
  send: ({ mode }) => ["MESSAGE", ...(mode === undefined ? [] : ["--mode", mode])],
};

export function taskCommand(
  { agent, taskId, tenant }: NamedTask,
  verb: string,
  body: Body = {},
): string | undefined {
  const after = AFTER_TASK[verb]?.(body);
  const id = idWithin(tenant, taskId) ?? taskId;
  return after === undefined ? undefined : command(verb, `${agent}/${id}`, ...after);
}

export function command(...words: readonly string[]): string {
  return ["holdfast", ...words.map(quoted)].join(" ");
}

/** What a shell would read otherwise is between single quotes. */
function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
