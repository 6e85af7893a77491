// Owns what the task log of a parent says of its children. A call of one ends as any call does, by
// `tool.returned`. Compatible as event.ts is: add event types and optional fields only.
import type { CallPosition } from "./call-position.ts";
import type { TaskStatus } from "./status.ts";

interface ChildAddress {
  agent: string;
  taskId: string;
}

export interface ChildEventData {
  /** The call's message is on its way to the child, which it makes where there is none. */
  "child.started": CallPosition & ChildAddress & { kept?: true };
  /** The child is told to end: nobody waits for it any more. */
  "child.left": ChildAddress & { by: "cancel" | "retire"; compensate?: boolean };
  /** A child has ended that no call waited for. */
  "child.ended": ChildAddress & { taskUid: string; status: TaskStatus };
}
