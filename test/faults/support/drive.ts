// Owns the people around a task of the expedition: they start it, write to it, decide, answer, publish
// what it waits for, look what became of an effect that nobody knows of, and end it. What they do is
// chosen by the plan; when, by what they see. The same on a server and in memory.
import type { StatusView } from "../../../contract/api.ts";
import type { TaskStatus } from "../../../contract/status.ts";
import type { TaskClient } from "../../../testing/task-client.ts";
import type { Plan } from "./expedition.ts";
import { ASKABLE, messageOf } from "./expedition.ts";

export type Choice = "approve" | "reject" | "edit";

/** What people do with one task. */
export interface Trip {
  readonly taskId: string;
  readonly plan: Plan;
  /** Of each approval, in turn; the last one for all that follow. */
  readonly decisions: readonly Choice[];
  /** Somebody else says the contrary at the same time. */
  readonly rivals?: boolean;
  /** Said while it is at work. */
  readonly messages: readonly { readonly id: string; readonly mode: "steer" | "queue" }[];
  readonly end: "rest" | "complete" | "cancel";
  /** Of `cancel`: from this step on, whatever it does then. Default 1. */
  readonly cancelAt?: number;
}

export interface Surroundings {
  /** A child task, which the same people look after. */
  readonly child: (agent: string, taskId: string) => TaskClient;
  /** The other side of the tools, as a person asks it: by the operation's key. */
  readonly has: (operationId: string) => boolean;
  /** Lets a moment pass, in the time of the task. */
  readonly pause: () => Promise<void>;
  /** Milliseconds, by which the task's times are. */
  readonly now: () => number;
  /** Does it again until it is answered; a refusal of the task is an answer. */
  readonly insist: <T>(call: () => Promise<T>) => Promise<T>;
  /** When to give up, in milliseconds of `now`. */
  readonly deadline: number;
  /** How long a task that is not at rest may show nothing new, in milliseconds. Default: until then. */
  readonly patienceMs?: number;
}

const AT_REST: ReadonlySet<TaskStatus> = new Set([
  "idle",
  "failed",
  "completed",
  "cancelled",
  "killed",
  "retired",
]);

/** Brings a task to its end. Rejects when it does not come to one. */
export async function drive(task: TaskClient, trip: Trip, around: Surroundings): Promise<void> {
  const { insist, pause, now, deadline, patienceMs = Number.POSITIVE_INFINITY } = around;
  const people = peopleOf(task, trip, around);
  const nannies = new Map<string, ReturnType<typeof peopleOf>>();
  await insist(() => task.start(messageOf(trip.plan)));
  for (const { id, mode } of trip.messages)
    await answered(() => insist(() => task.send(`more ${id}`, { messageId: id, mode })));
  let news = { cursor: -1, at: now() };
  for (;;) {
    const view = await insist(() => task.status());
    if (view.cursor !== news.cursor) news = { cursor: view.cursor, at: now() };
    if (AT_REST.has(view.status) && (view.kept ?? 0) === 0) break;
    if (now() > Math.min(deadline, news.at + patienceMs))
      throw new Error(`task ${trip.taskId} is ${tell(view)} for too long`);
    if (trip.end === "cancel" && view.step >= (trip.cancelAt ?? 1)) await people.cancel();
    await people.attend(view);
    for (const { agent, taskId } of view.children ?? []) {
      const child = around.child(agent, taskId);
      const nanny = nannies.get(taskId) ?? peopleOf(child, trip, around);
      nannies.set(taskId, nanny);
      // It may not be there yet.
      await answered(async () => nanny.attend(await insist(() => child.status())));
    }
    await pause();
  }
  if (trip.end === "cancel") await people.cancel();
  if (trip.end === "rest")
    await answered(() => insist(() => task.ask("How was it?", { messageId: "how" })));
  if (trip.end === "complete")
    await answered(() => insist(() => task.control({ verb: "complete", reason: "it is done" })));
}

function peopleOf(task: TaskClient, trip: Trip, { has, now, insist }: Surroundings) {
  const seen = new Set<string>();
  const once = async (id: string, act: () => Promise<unknown>): Promise<void> => {
    if (seen.has(id)) return;
    seen.add(id);
    await answered(() => insist(act));
  };
  let decided = 0;
  const decide = async (operationId: string, digest: string): Promise<void> => {
    const choice = trip.decisions[Math.min(decided, trip.decisions.length - 1)] ?? "approve";
    decided += 1;
    const target = { operationId, digest, by: "ada", via: "decide" } as const;
    // One of them is too late.
    const other = choice === "reject" ? "approve" : "reject";
    await Promise.all([
      answered(() =>
        insist(() =>
          choice === "edit"
            ? task.decide({ ...target, decision: "edit", arguments: { what: "less" } })
            : task.decide({ ...target, decision: choice }),
        ),
      ),
      ...(trip.rivals === true
        ? [answered(() => insist(() => task.decide({ ...target, by: "bob", decision: other })))]
        : []),
    ]);
  };
  return {
    cancel: () => once("cancel", () => task.cancel({ reason: "enough", by: "ada" })),
    attend: async ({ status, operations }: StatusView): Promise<void> => {
      for (const { operationId, tool, proposal, wait, unknown } of operations) {
        if (proposal !== undefined)
          await once(`decide ${proposal.approvalId}`, () => decide(operationId, proposal.digest));
        if (wait?.kind === "event") {
          const { topic, key } = wait;
          const event = { topic, key, eventId: `news of ${operationId}` };
          await once(`hear ${operationId}`, () => task.publish(event));
          await once(`hear again ${operationId}`, () => task.publish(event));
        }
        // Whoever looks before nothing can be under way any more has not looked.
        const isForPeople = tool !== ASKABLE || (unknown?.asked ?? 0) > 0;
        if (unknown !== undefined && isForPeople && now() > (unknown.notBefore ?? 0))
          await once(`settle ${operationId}`, () => {
            const said = { operationId, reason: "I have looked", by: "ada" };
            return has(operationId)
              ? task.settle({ ...said, outcome: "applied", result: "done" })
              : task.settle({ ...said, outcome: "not-applied" });
          });
      }
      if (status === "needs-operator")
        await answered(() => insist(() => task.retry({ reason: "try again", by: "ada" })));
    },
  };
}

/** A refusal is an answer, too. */
async function answered(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if ((error as { readonly name?: string }).name !== "TaskProblem" && !isTooLate(error))
      throw error;
  }
}

/** What was to be decided is not open any more. */
function isTooLate(error: unknown): boolean {
  return error instanceof Error && error.message.includes("waits for a decision");
}

function tell({ status, reason, operations }: StatusView): string {
  const open = operations.map(({ tool, state }) => `${tool} ${state}`).join(", ");
  return `${status}${reason === undefined ? "" : ` (${reason})`}${open === "" ? "" : `: ${open}`}`;
}
