// Owns the checks of an app as a whole, before anything listens: what its parts cannot know
// of each other. Every problem is named, all at once.
import type { AgentDefinition } from "../contract/agent.ts";
import { SINK_CLASSES } from "../contract/audit.ts";
import { EFFECT_CLASSES } from "../contract/effect-class.ts";
import { nameProblem } from "../contract/ids.ts";
import type { AnyTool } from "../contract/tool.ts";
import { retentionProblems } from "../core/retention/check-retention.ts";
import type { AppOptions } from "./app-options.ts";
import { checkOutside, type OutsideOptions } from "./check-outside.ts";

export interface AppParts {
  readonly agents: readonly AgentDefinition[];
  /** Every tool of the agents, and those served without one. */
  readonly tools: readonly AnyTool[];
  readonly providers: readonly string[];
  readonly audit: Pick<AppOptions, "auditSink" | "requireSinkFor">;
  readonly approvalRetentionMs?: number | undefined;
  readonly kept: Pick<AppOptions, "artifacts" | "encryption" | "evidence" | "retention">;
  readonly outside: OutsideOptions;
}

/** Throws an Error with a line per problem that names the part and the fix. */
export function checkApp(parts: AppParts): void {
  const problems = [
    ...checkNames(parts),
    ...parts.tools.flatMap(checkTool),
    ...checkProviders(parts),
    ...checkSink(parts.audit),
    ...checkApprovalRetention(parts),
    ...checkRetention(parts),
    ...checkArtifacts(parts.kept),
    ...checkOutside(parts.outside),
  ];
  if (problems.length > 0)
    throw new Error(`the app cannot start:\n${problems.map((each) => `  - ${each}`).join("\n")}`);
}

function checkNames({ agents, tools }: AppParts): readonly string[] {
  const problems: string[] = [];
  for (const { name } of agents) {
    const wrong = nameProblem(name);
    if (wrong !== undefined) problems.push(`agent "${name}": its name ${wrong}`);
  }
  for (const twice of repeated(agents.map(({ name }) => name))) {
    problems.push(`two agents are named "${twice}"; rename one`);
  }
  // A wait has no service: each agent may have a `delegate` of its own.
  const served = tools.filter(({ wait }) => wait === undefined);
  for (const twice of repeated(served.map(({ name }) => name))) {
    problems.push(
      `two different tools are named "${twice}"; rename one, or use the same definition in both places`,
    );
  }
  return problems;
}

// Also for a tool that was not made by defineTool, or by a caller without types.
function checkTool(tool: AnyTool): readonly string[] {
  const wrong = nameProblem(tool.name);
  if (wrong !== undefined) return [`tool "${tool.name}": its name ${wrong}`];
  if (EFFECT_CLASSES.includes(tool.effect)) return [];
  return [
    `tool "${tool.name}" has no effect class; add effect: one of ${EFFECT_CLASSES.join(", ")}`,
  ];
}

function checkProviders({ agents, providers }: AppParts): readonly string[] {
  return agents.flatMap((agent) =>
    agent.models
      .filter(({ provider }) => !providers.includes(provider))
      .map(
        ({ provider }) =>
          `agent "${agent.name}" uses the model provider "${provider}"; add it to providers`,
      ),
  );
}

/** An effect would wait for nobody, or for ever. */
function checkSink({ auditSink, requireSinkFor = [] }: AppParts["audit"]): readonly string[] {
  // Also of a caller without types.
  const other = requireSinkFor.find((each) => !SINK_CLASSES.includes(each));
  if (other !== undefined) {
    return [`requireSinkFor names "${other}"; it takes ${SINK_CLASSES.join(", ")}`];
  }
  if (auditSink !== undefined || requireSinkFor.length === 0) return [];
  return ["requireSinkFor is set and there is no auditSink; add one, such as createFileAuditSink"];
}

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

function checkApprovalRetention({ approvalRetentionMs: kept }: AppParts): readonly string[] {
  if (kept === undefined || (Number.isSafeInteger(kept) && kept > 0)) return [];
  return ["approvalRetentionMs must be a whole number of milliseconds above 0"];
}

function checkRetention({ agents, kept: { retention, evidence } }: AppParts): readonly string[] {
  const names = agents.map(({ name }) => name);
  return retentionProblems(retention, { agents: names, erasable: evidence !== undefined });
}

/** Long texts and results would lie in clear beside an encrypted log. */
function checkArtifacts({ artifacts, encryption }: AppParts["kept"]): readonly string[] {
  if (encryption === undefined || artifacts.encrypted) return [];
  return ["the app is encrypted and its artifact store is not; give the store `encryption` too"];
}
