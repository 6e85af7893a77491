// Owns the agent of a story: the tools of test/core, by their names and classes, and all waits that
// a model can ask for.
import type { AgentDefinition, AgentLimits } from "../../contract/agent.ts";
import type { AnyTool } from "../../contract/tool.ts";
import { defineAgent } from "../../core/define-agent.ts";
import { askHuman } from "../../tools/ask-human.ts";
import { sleep } from "../../tools/sleep.ts";
import { waitForEvent } from "../../tools/wait-for-event.ts";
import { TOOLS } from "../core/core-task.ts";

export interface StoryAgent {
  readonly agent: AgentDefinition;
  readonly toolNames: readonly string[];
}

export interface StoryTerms {
  readonly limits: Partial<AgentLimits>;
  readonly oneShot: boolean;
}

const WAITS: readonly AnyTool[] = [sleep, waitForEvent, askHuman];
export const STORY_TOOLS: readonly string[] = [...TOOLS, ...WAITS].map(({ name }) => name);
/** How long a model waits. */
export const WAITING_TOOLS = { seconds: 600 };

/** `tools` stand for those of test/core, by name. */
export function storyAgent(
  { limits, oneShot }: StoryTerms,
  tools: readonly AnyTool[] = TOOLS,
): StoryAgent {
  const agent = defineAgent({
    name: "clerk",
    instructions: "Do it.",
    model: { provider: "scripted", model: "small" },
    tools: [...tools, ...WAITS],
    limits,
    oneShot,
  });
  return { agent, toolNames: agent.tools.map(({ name }) => name) };
}
