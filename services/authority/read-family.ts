// Owns reading what a task is and may do right before an effect, and all that above it: a child never
// does what its parent may not do now (L8). One question for each generation.
import type { ParentTask } from "../../contract/child.ts";
import type { AuthorityView } from "../../contract/effect-api.ts";
import type { ToolRequest } from "../../contract/tool.ts";

/** The task's own view, as of now. Rejects when nobody could be asked. */
export type ReadAuthority = (
  task: Pick<ToolRequest, "agent" | "taskId">,
  operationId: string,
  signal: AbortSignal,
) => Promise<AuthorityView>;

export interface FamilyView {
  readonly view: AuthorityView;
  /** The parent, its parent and so on; none for a task that nobody has delegated to. */
  readonly above: readonly (readonly [ParentAddress, AuthorityView])[];
}

type ParentAddress = Pick<ParentTask, "agent" | "taskId" | "taskUid">;

/** More than any family has: `maxChildDepth` is far below it by default. */
const MOST_GENERATIONS = 64;

/** Rejects when one of them could not be asked. */
export async function readFamily(
  read: ReadAuthority,
  { agent, taskId, operationId }: Pick<ToolRequest, "agent" | "taskId" | "operationId">,
  signal: AbortSignal,
): Promise<FamilyView> {
  const above: (readonly [ParentAddress, AuthorityView])[] = [];
  const view = await read({ agent, taskId }, operationId, signal);
  for (let { parent } = view; parent !== undefined;) {
    if (above.length >= MOST_GENERATIONS)
      throw new Error("a task has too many generations above it");
    const next: AuthorityView = await read(parent, operationId, signal);
    above.push([parent, next]);
    parent = next.parent;
  }
  return { view, above };
}
