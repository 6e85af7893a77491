// Owns what a segment tells a tool's service of whose call it is and what the task may do (L8).
// A task that was given no grants, and is nobody's, pays nothing for it.
import type { TaskEvent } from "../../contract/event.ts";
import type { NamedGrant } from "../../contract/grant.ts";
import type { ToolRequest } from "../../contract/tool.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";
import { matchesTool } from "../../core/grant/pattern.ts";
import type { OpenOperation } from "../../core/task-head.ts";
import type { Segment } from "./segment.ts";
import { GRANTS_KEY } from "./task-state.ts";

/** The task's grants, read once in a segment; undefined where it was given none. */
export async function grantsOf(segment: Segment): Promise<readonly NamedGrant[] | undefined> {
  if (segment.writer.head.grants === undefined) return undefined;
  if (segment.grants === undefined) {
    const stored = await segment.ctx.get<readonly NamedGrant[]>(GRANTS_KEY);
    if (stored === null) throw new Error("the task's state has no grants");
    segment.grants = stored;
  }
  return segment.grants;
}

/** What of a request is about the caller. `asked` is the event that holds the call's arguments. */
export async function holderOf(
  segment: Segment,
  { tool, effect }: Pick<OpenOperation, "tool" | "effect">,
  asked: TaskEvent | undefined,
): Promise<Pick<ToolRequest, "tenant" | "owner" | "grants" | "model">> {
  const { tenant, owner } = segment.writer.head;
  const whose = tenant === undefined ? {} : { tenant };
  if (EFFECT_POLICY[effect].freshAuthority) {
    const model = asked?.type === "model.answered" ? { model: asked.data.model } : {};
    return { ...whose, ...model };
  }
  const grants = await grantsOf(segment);
  return {
    ...whose,
    ...(owner === undefined ? {} : { owner }),
    ...(grants === undefined
      ? {}
      : { grants: grants.filter((each) => matchesTool(each.tool, tool)) }),
  };
}
