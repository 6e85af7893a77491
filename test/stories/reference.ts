// Owns the reference that a story's task is compared with: what people were told and nothing of how
// it is done. Small enough to be seen to be right.
import type { ControlVerb } from "../../contract/control.ts";
import type { MessageMode } from "../../contract/message.ts";
import type { TaskStatus } from "../../contract/status.ts";
import { hasEnded } from "../../contract/status.ts";
import { waitingIn } from "./messages-in.ts";
import type { StoryTask } from "./story-task.ts";

export interface Reference {
  readonly shell: StoryTask["shell"];
  readonly accepted: { readonly id: string; readonly mode: MessageMode }[];
  hold: "paused" | "quarantined" | undefined;
  ending: "cancelled" | "retired" | undefined;
  ended: TaskStatus | undefined;
  owner: string | undefined;
}

export function newReference(shell: StoryTask["shell"]): Reference {
  const nothing = { hold: undefined, ending: undefined, ended: undefined, owner: undefined };
  return { shell, accepted: [], ...nothing };
}

/** Whether a verb is taken now; undefined where that depends on what the task is doing. */
export function isTaken(
  { hold, ending, ended }: Reference,
  verb: ControlVerb | "send" | "cancel",
  status: TaskStatus,
): boolean | undefined {
  if (ended !== undefined) return verb === "cancel" && ended === "cancelled";
  switch (verb) {
    case "kill":
    case "transfer":
    case "cancel":
      return true;
    case "send":
    case "retire":
    case "quarantine":
      return ending === undefined;
    case "pause":
      return ending === undefined && hold !== "quarantined";
    case "resume":
      // A stop pauses a task too.
      return ending === undefined && (hold !== undefined || status === "paused");
    case "complete":
      return ending === undefined && (status === "idle" || status === "failed");
    case "override":
      return ending === undefined ? undefined : false;
  }
}

/** What a verb that was taken means. */
export function applyVerb(reference: Reference, verb: ControlVerb | "cancel"): void {
  if (reference.ended !== undefined) return;
  const changes: Partial<Reference> = {};
  if (verb === "pause") changes.hold = reference.hold ?? "paused";
  if (verb === "quarantine") changes.hold = "quarantined";
  if (verb === "resume") changes.hold = undefined;
  if (verb === "cancel") changes.ending = reference.ending ?? "cancelled";
  if (verb === "retire") changes.ending = "retired";
  if (verb === "complete") changes.ended = "completed";
  if (verb === "kill") changes.ended = "killed";
  if (verb === "transfer") changes.owner = "ann";
  if (verb === "cancel" || verb === "retire" || verb === "kill") changes.hold = undefined;
  Object.assign(reference, changes);
}

/** Compares; takes over that the task has ended by itself. Throws an Error that says what differs. */
export function agree(reference: Reference, task: StoryTask): void {
  const { status, owner } = task.head();
  const wrong = (what: string): never => {
    throw new Error(`${what}; it is ${status}, expected ${JSON.stringify(reference)}`);
  };
  if (reference.ended !== undefined && status !== reference.ended) wrong("an end is final");
  if (hasEnded(status)) {
    const byItself = status === "completed";
    const known = status === reference.ended || status === reference.ending || byItself;
    if (!known) wrong("nobody has ended it");
    Object.assign(reference, { ended: status, hold: undefined });
  } else if (reference.ending !== undefined) {
    if (status !== "cancelling") wrong("it comes to its end");
  } else if (reference.hold !== undefined) {
    if (status !== reference.hold) wrong("it is held");
  } else if (status === "cancelling" || status === "quarantined") wrong("nobody asked for that");
  // What is in flight is settled before a transfer's turn comes, and the end may follow at once.
  const isOvertaken = reference.ending !== undefined && hasEnded(status);
  if (owner !== reference.owner && !isOvertaken) wrong(`its owner is ${owner}`);
  const problem = messageProblem(reference, task);
  if (problem !== undefined) wrong(problem);
}

/** Every accepted message is in the log once, in order; kept ones are taken in as they came. */
function messageProblem({ accepted }: Reference, task: StoryTask): string | undefined {
  const { came, taken, kept, joined } = waitingIn(task.log());
  const ids = accepted.map(({ id }) => id);
  if (came.join() !== ids.join()) return `messages ${came.join()} instead of ${ids.join()}`;
  if (taken.join() !== kept.slice(0, taken.length).join()) return `taken in as ${taken.join()}`;
  const queued = accepted.filter(({ mode }) => mode === "queue").map(({ id }) => id);
  const early = queued.find((id) => joined.includes(id));
  if (early !== undefined) return `message ${early} did not wait for a turn of its own`;
  return undefined;
}
