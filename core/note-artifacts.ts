// Owns how much a task's log refers to in the artifact store: counted in the head as entries come, so that
// it is known of every task without reading its log. Equal bytes of two entries count twice.
import type { TaskEvent } from "../contract/event.ts";
import { artifactsOf } from "./artifacts-of.ts";
import type { TaskHead } from "./task-head.ts";

/** The same head where the entry refers to nothing, as nearly all. */
export function noteArtifacts(head: TaskHead, event: TaskEvent): TaskHead {
  const sizes = artifactsOf(event).flatMap(({ size }) => (size === undefined ? [] : [size]));
  if (sizes.length === 0) return head;
  const { count, bytes } = head.artifacts ?? { count: 0, bytes: 0 };
  const more = sizes.reduce((sum, each) => sum + each, 0);
  return { ...head, artifacts: { count: count + sizes.length, bytes: bytes + more } };
}
