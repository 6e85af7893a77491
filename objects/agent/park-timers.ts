// Owns the timers of a task's parks, each a delayed `wake`: when a park ends before its time its timer is
// taken back, so that a task which is woken often does not leave one for each time (R80). What a timer
// means is core's to say: one that comes all the same finds another park, and changes nothing.
import type { InvocationHandle, InvocationId, ObjectContext } from "@restatedev/restate-sdk";
import type { TaskHead } from "../../core/task-head.ts";

export interface ParkTimers {
  /** Of the park that the head is in now. */
  sent(head: TaskHead, timer: InvocationHandle): void;
  /** Marks the timer of the park that is left; nothing is awaited where none was sent. */
  keep(writer: { head: TaskHead }): Promise<void>;
  /** Takes the timer back that was marked, once its park is over. */
  takeBack(head: TaskHead): void;
}

export function createParkTimers(ctx: ObjectContext, { park: { timer } }: TaskHead): ParkTimers {
  const sent: { readonly park: number; readonly timer: InvocationHandle }[] = [];
  let marked = timer;
  const cancel = (id: string): void => {
    // The one that has fired must not cancel itself.
    if (id !== ctx.request().id) ctx.invocation(id as InvocationId).cancel();
  };
  return {
    sent: ({ park }, handle) => void sent.push({ park: park.number, timer: handle }),
    keep: async (writer) => {
      const last = sent.at(-1);
      for (const each of sent.splice(0)) {
        const id = await each.timer.invocationId;
        const { park } = writer.head;
        const isOver = each !== last || park.number !== each.park || park.wakeAt === undefined;
        if (isOver) cancel(id);
        else writer.head = { ...writer.head, park: { ...park, timer: id } };
      }
    },
    takeBack: ({ park }) => {
      if (marked !== undefined && marked !== park.timer) cancel(marked);
      marked = park.timer;
    },
  };
}
