// Owns the checks of an app as a whole, before anything listens: what its parts cannot know
// of each other. Every problem is named, all at once.
import type { AgentDefinition } from "../contract/agent.ts";
import { EFFECT_CLASSES } from "../contract/effect-class.ts";
import { nameProblem } from "../contract/ids.ts";
import type { AnyTool } from "../contract/tool.ts";

export interface AppParts {
  readonly agents: readonly AgentDefinition[];
  /** Every tool of the agents, and those served without one. */
  readonly tools: readonly AnyTool[];
  readonly providers: readonly string[];
}

/** Throws an Error with a line per problem that names the part and the fix. */
export function checkApp(parts: AppParts): void {
  const problems = [
    ...checkNames(parts),
    ...parts.tools.flatMap(checkTool),
    ...checkProviders(parts),
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
  for (const twice of repeated(tools.map(({ name }) => name))) {
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

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
