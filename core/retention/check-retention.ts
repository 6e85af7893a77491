// Owns what is wrong with an app's classes of retention, before anything is kept or removed by them.
import { nameProblem } from "../../contract/ids.ts";
import type { RetentionClass, RetentionSettings } from "../../contract/retention.ts";

/** Shorter is a slip of the unit: somebody has to be able to look at what has ended. */
const MIN_RETENTION_MS = 60_000;

/** A line per problem that names the class and the fix. */
export function retentionProblems(
  settings: RetentionSettings | undefined,
  { agents, erasable }: { readonly agents: readonly string[]; readonly erasable: boolean },
): readonly string[] {
  if (settings === undefined) return [];
  const { classes, agents: chosen = {}, otherwise, everyMs = 1 } = settings;
  const isClass = (name: string): boolean => Object.hasOwn(classes, name);
  const known = Object.keys(classes).join(", ") || "none";
  return [
    ...Object.entries(classes).flatMap(([name, given]) =>
      classProblems(name, given, erasable).map((each) => `retention class "${name}": ${each}`),
    ),
    ...Object.entries(chosen).flatMap(([agent, name]) => [
      ...(agents.includes(agent)
        ? []
        : [`retention.agents names "${agent}", which is no agent of the app`]),
      ...(isClass(name)
        ? []
        : [`retention.agents gives "${agent}" the class "${name}"; there are: ${known}`]),
    ]),
    ...(Number.isSafeInteger(everyMs) && everyMs > 0
      ? []
      : ["retention.everyMs must be a whole number of milliseconds above 0"]),
    ...(otherwise === undefined || isClass(otherwise)
      ? []
      : [`retention.otherwise names the class "${otherwise}"; there are: ${known}`]),
  ];
}

function classProblems(
  name: string,
  { contentMs, recordMs, artifacts }: RetentionClass,
  erasable: boolean,
): readonly string[] {
  const wrongName = nameProblem(name);
  const isTime = (ms: number | undefined): boolean =>
    ms === undefined || (Number.isSafeInteger(ms) && ms >= MIN_RETENTION_MS);
  return [
    ...(wrongName === undefined ? [] : [`its name ${wrongName}`]),
    ...(isTime(contentMs) ? [] : [`contentMs must be whole milliseconds, a minute at least`]),
    ...(isTime(recordMs) ? [] : [`recordMs must be whole milliseconds, a minute at least`]),
    ...(contentMs === undefined && recordMs === undefined
      ? [
          "it says neither contentMs nor recordMs; leave its agents out to keep their tasks for ever",
        ]
      : []),
    ...(contentMs !== undefined && recordMs !== undefined && recordMs < contentMs
      ? ["recordMs must not be below contentMs"]
      : []),
    ...(contentMs !== undefined && !erasable
      ? ["contentMs takes the app's option evidence; add it, or say recordMs alone"]
      : []),
    // Also of a caller without types.
    ...(artifacts === undefined || artifacts === "keep" || artifacts === "remove"
      ? []
      : [`artifacts must be "keep" or "remove"`]),
  ];
}
