// Owns the task id of a child: made of the call that asks for it, so that the same call is the same
// child for ever; or of its parent and a key, so that later calls find it again.
import { sha256 } from "../digest.ts";

const ID_LENGTH = 32;

export interface ChildOrigin {
  readonly taskUid: string;
  /** Of the call. */
  readonly operationId: string;
}

export function childTaskId(
  { taskUid, operationId }: ChildOrigin,
  agent: string,
  key?: string,
): string {
  const origin = key === undefined ? [operationId, agent] : [taskUid, agent, "key", key];
  return `child-${sha256(JSON.stringify(origin)).slice(0, ID_LENGTH)}`;
}
