// Owns `begin`: the exclusive handler that makes a task and executes its first segment at once,
// so that a short task costs one exclusive invocation and not two.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { Begin } from "../../contract/command.ts";
import { isSegmentDue } from "../../core/segment-due.ts";
import { change } from "./apply.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { closeHandler } from "./recover.ts";
import { executeSegment, openSegment } from "./run.ts";
import type { RunDeps } from "./segment.ts";

export async function begin(ctx: ObjectContext, deps: RunDeps, input: Begin): Promise<void> {
  const { applied, writer } = await change(ctx, deps, input.command);
  const runs = writer !== undefined && !writer.head.segment.open && isSegmentDue(writer.head);
  if (writer !== undefined && !runs) await closeHandler(ctx, { writer, agent: deps.agent });
  const segment = runs ? openSegment(ctx, deps, writer) : undefined;
  // Whoever is told may ask for the task at once, and this worker may be gone by then: it is stored.
  ctx.resolveAwakeable(input.applied, applied, jsonOf());
  if (segment !== undefined) await executeSegment(segment);
}
