// Owns what a child sends to the `wake` of its parent's object (R82). Sent with the commit of what
// it tells; when it is sent again is tell-parent-again.ts's to say.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { AgentDefinition } from "../../contract/agent.ts";
import type { ChildNotice } from "../../contract/child.ts";
import type { Wake } from "../../contract/command.ts";
import { COMMAND_VERSION } from "../../contract/command.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { noticeOf, withNotice } from "../../core/child/note-parent.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { jsonOf } from "../../handler/json-serde.ts";

export interface ParentTeller {
  /** What an event, which was just reduced, is to the parent. */
  note(head: TaskHead, event: TaskEvent): void;
  /** Sends what was noted since the last time. */
  tell(head: TaskHead): void;
}

export function createParentTeller(ctx: ObjectContext, agent: AgentDefinition): ParentTeller {
  let notices: readonly ChildNotice[] = [];
  return {
    note: (head, event) => {
      const notice = noticeOf(head, event, agent.output !== undefined);
      if (notice !== undefined) notices = withNotice(notices, notice);
    },
    tell: (head) => {
      for (const notice of notices) tellParent(ctx, head, notice);
      notices = [];
    },
  };
}

export function tellParent(ctx: ObjectContext, { parent }: TaskHead, notice: ChildNotice): void {
  if (parent === undefined) return;
  ctx.genericSend<Wake>({
    service: parent.agent,
    key: parent.taskId,
    method: "wake",
    parameter: { v: COMMAND_VERSION, ...notice },
    inputSerde: jsonOf(),
  });
}
