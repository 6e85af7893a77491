// Owns the verbs of control as people type them: one row per verb, with the flags that its body is made
// of. The words are the API's; what a verb does is docs/control.md's.
import { Option } from "commander";
import type { TaskStatus } from "../../contract/status.ts";
import { readJson } from "../output/read-argument.ts";
import { usage } from "../problem.ts";

/** Of one verb: what commander has read of its flags. */
export type VerbFlags = Readonly<Record<string, unknown>>;

export interface VerbRow {
  readonly verb: string;
  readonly about: string;
  /** It may be given filters, and then is about all tasks that match. */
  readonly many: boolean;
  /** Of which statuses, where the filters name none. Default: all that are no end. */
  readonly among?: readonly TaskStatus[];
  readonly flags?: readonly Option[];
  /** The body beside the reason. Default: each flag that is given, under its own name. */
  readonly body?: (flags: VerbFlags) => object;
}

const operation = () => new Option("--operation <id>", "which one, as tasks show says");
const message = () => new Option("--message-id <id>", "of a quarantined message");
const required = (option: Option) => option.makeOptionMandatory();

export const VERB_ROWS: readonly VerbRow[] = [
  {
    verb: "pause",
    about: "holds a task at its next step, or now",
    many: true,
    flags: [new Option("--when <when>", "when (safe-point)").choices(["safe-point", "now"])],
  },
  { verb: "resume", about: "lets a held task go on", many: true, among: ["paused", "quarantined"] },
  { verb: "quarantine", about: "holds a task, and no effect of it may begin", many: true },
  {
    verb: "cancel",
    about: "ends a task, and undoes what can be undone",
    many: true,
    flags: [new Option("--no-compensate", "undoes nothing")],
    body: ({ compensate }) => (compensate === false ? { compensate } : {}),
  },
  {
    verb: "retry",
    about: "issues what waits anew, or goes on with a failed turn",
    many: true,
    flags: [operation(), message()],
    body: ({ operation: operationId, messageId }) => given({ operationId, messageId }),
  },
  {
    verb: "transfer",
    about: "gives a task another owner",
    many: true,
    flags: [
      required(new Option("--to <owner>", "who answers for it from now on")),
      new Option("--escalation <owner>", "who does when that one cannot"),
    ],
    body: ({ to: owner, escalation }) => given({ owner, escalation }),
  },
  {
    verb: "recover",
    about: "begins a segment anew where one is gone or stuck, as the supervisor does",
    many: true,
  },
  { verb: "kill", about: "ends a task at once, whatever is in flight", many: true },
  {
    verb: "complete",
    about: "ends an idle task as completed",
    many: true,
    among: ["idle", "failed"],
  },
  { verb: "retire", about: "ends a task for good, in whatever status", many: true },
  {
    verb: "override",
    about: "states a call's result, or failure, by hand",
    many: false,
    flags: [
      required(operation()),
      new Option("--result <json>", "what the model reads").argParser(readJson),
      new Option("--error-code <code>", "in its place: a failure, in snake_case"),
      new Option("--error-message <text>", "...and its words"),
    ],
    body: overrideBody,
  },
  {
    verb: "settle",
    about: "states what became of an effect that nobody knows of",
    many: false,
    flags: [
      required(operation()),
      required(
        new Option("--outcome <outcome>", "what became of it").choices(["applied", "not-applied"]),
      ),
      new Option("--result <json>", "what the model reads, if applied").argParser(readJson),
    ],
    body: ({ operation: operationId, outcome, result }) => given({ operationId, outcome, result }),
  },
  {
    verb: "withdraw",
    about: "ends one wait alone",
    many: false,
    flags: [required(operation())],
    body: ({ operation: operationId }) => given({ operationId }),
  },
  {
    verb: "drop",
    about: "never takes a quarantined message in again",
    many: false,
    flags: [required(message())],
  },
  { verb: "rollback", about: "undoes the applied effects, without ending the task", many: false },
];

function overrideBody({ operation: operationId, result, errorCode, errorMessage }: VerbFlags) {
  if ((errorCode === undefined) !== (errorMessage === undefined))
    throw usage("--error-code and --error-message go together; give both");
  const error = errorCode === undefined ? undefined : { code: errorCode, message: errorMessage };
  if ((result === undefined) === (error === undefined))
    throw usage("give either --result, or --error-code with --error-message");
  return given({ operationId, result, error });
}

/** Without what is undefined. */
export function given(fields: VerbFlags): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
