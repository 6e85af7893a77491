// Owns the step of a segment by which calls are sent to child tasks: whether somebody serves their
// agents is asked first, for a message to nobody would be tried over and over (L5).
import type { ChildOperation } from "../../core/child/children.ts";
import { parkUnservedAgents } from "../../core/park.ts";
import { onStartChildren } from "../../core/transition/child.ts";
import type { StepEnd } from "./call-model.ts";
import type { Segment } from "./segment.ts";

export async function startChildren(
  { ctx, writer, agent, ports }: Segment,
  operations: readonly ChildOperation[],
): Promise<StepEnd> {
  const agents = [...new Set(operations.map(({ wait }) => wait.child.agent))];
  const missing = await ctx.run("find-unserved-agents", async () => [
    ...(await ports.findUnservedAgents(agents)),
  ]);
  const served = operations.filter(({ wait }) => !missing.includes(wait.child.agent));
  if (served.length === 0) {
    writer.record([parkUnservedAgents(missing, writer.now)]);
    return "end";
  }
  writer.record(onStartChildren(writer.head, agent, served));
  return "go-on";
}
