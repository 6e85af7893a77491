// Owns applying what bounds a task: grants that people give it, and of a child how its parent is held
// and what that one may do now.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { AgentDefinition } from "../../contract/agent.ts";
import type { Command } from "../../contract/command.ts";
import type { GrantBounds } from "../../contract/grant.ts";
import { onFollow, onOwnGrants } from "../../core/transition/follow.ts";
import type { ReadContext } from "./read-context.ts";
import { BOUNDS_KEY } from "./task-state.ts";
import type { TaskWriter } from "./task-writer.ts";

export async function applyGrants(
  ctx: ObjectContext,
  writer: TaskWriter,
  command: Extract<Command, { type: "grant" }>,
): Promise<"applied"> {
  const { head } = writer;
  const bounds = head.parent === undefined ? {} : await readBounds(ctx);
  writer.record(onOwnGrants(head, command, bounds));
  return "applied";
}

export async function applyFollow(
  ctx: ObjectContext,
  { writer, agent }: { readonly writer: TaskWriter; readonly agent: AgentDefinition },
  command: Extract<Command, { type: "follow" }>,
): Promise<"applied"> {
  const sources = { declared: agent.grants, bounds: await readBounds(ctx) };
  writer.record(onFollow(writer.head, command, sources));
  return "applied";
}

/** Of a child: what its grants are made of. */
export async function readBounds(ctx: ReadContext): Promise<GrantBounds> {
  return (await ctx.get<GrantBounds>(BOUNDS_KEY)) ?? {};
}
