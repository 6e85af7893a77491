// Owns what a request in memory says of whose call it is and what the task may do, as
// objects/agent/holder.ts says it.
import type { ToolRequest } from "../../contract/tool.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";
import { matchesTool } from "../../core/grant/pattern.ts";
import type { OpenOperation } from "../../core/task-head.ts";
import { grantsOf } from "./memory-authority.ts";
import type { MemoryTask } from "./memory-task.ts";

export function holderOf(
  { head, log }: MemoryTask,
  { tool, effect }: Pick<OpenOperation, "tool" | "effect">,
): Pick<ToolRequest, "tenant" | "owner" | "grants"> {
  const { tenant, owner } = head;
  const whose = tenant === undefined ? {} : { tenant };
  if (EFFECT_POLICY[effect].freshAuthority) return whose;
  const grants = grantsOf(log)?.filter((each) => matchesTool(each.tool, tool));
  return {
    ...whose,
    ...(owner === undefined ? {} : { owner }),
    ...(grants === undefined ? {} : { grants }),
  };
}
