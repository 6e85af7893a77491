// Owns how a scene of demo.ts is told: the task's log as it happens, paragraphs between, and the
// commands of the people in it, each with its answer.
import type { TaskEvent } from "../../index.ts";
import { eventLine } from "./event-line.ts";
import type { IngressAnswer } from "./ingress.ts";
import type { TaskClient, WaitingCall } from "./task-client.ts";

export interface Story {
  /** All of the log that was shown so far. */
  readonly log: readonly TaskEvent[];
  /** A paragraph. */
  tell(...lines: readonly string[]): void;
  /** A command, or what it answers. */
  command(line: string): void;
  /** Shows the log up to the next event of this type; throws where the turn ends before. */
  until<T extends EventType>(type: T, is?: (event: EventOf<T>) => boolean): Promise<EventOf<T>>;
}

type EventType = TaskEvent["type"];
type EventOf<T extends EventType> = Extract<TaskEvent, { readonly type: T }>;

export function createStory(
  task: TaskClient,
  say: (line: string) => void,
  signal: AbortSignal,
): Story {
  const log: TaskEvent[] = [];
  const coming = eventsOf(task, signal);
  let telling = true;
  const show = (event: TaskEvent): void => {
    const line = eventLine(event);
    if (line === undefined) return;
    if (telling) say("");
    telling = false;
    say(line);
  };
  return {
    log,
    tell: (...lines) => {
      telling = true;
      say(`\n${lines.map((line) => `  ${line}`).join("\n")}`);
    },
    command: (line) => say(`      ${line}`),
    until: async <T extends EventType>(
      type: T,
      is: (event: EventOf<T>) => boolean = () => true,
    ) => {
      for (;;) {
        const next = await coming.next();
        if (next.done === true) throw new Error("The task log ended.");
        const event = next.value;
        log.push(event);
        show(event);
        if (isOf(event, type) && is(event)) return event;
        if (event.type === "turn.completed" || event.type === "turn.failed")
          throw new Error(`The turn ended without ${type}.`);
      }
    },
  };
}

/** One by one: a page may go beyond what is waited for. */
async function* eventsOf(task: TaskClient, signal: AbortSignal): AsyncGenerator<TaskEvent, void> {
  for await (const page of task.follow(-1, signal)) yield* page;
}

function isOf<T extends EventType>(event: TaskEvent, type: T): event is EventOf<T> {
  return event.type === type;
}

export function proposalLines(call: WaitingCall): readonly string[] {
  const { tool, resource, digest, deciders, expiresAt } = call;
  const who = deciders === "anyone" ? deciders : deciders.join(", ");
  const until = new Date(expiresAt).toISOString();
  return [
    `Proposed: ${tool} on ${resource ?? "nothing that it names"}, with`,
    `    ${JSON.stringify(call.arguments)}`,
    `  Digest ${short(digest)}, to be decided by ${who} until ${until}.`,
  ];
}

/** An answer of `decide`, in short. */
export function decisionLine({ ok, status, body }: IngressAnswer): string {
  const answer = body as {
    readonly state?: string;
    readonly message?: string;
    readonly metadata?: { readonly code?: string };
    readonly receipt?: { readonly receiptId: string };
  };
  return ok
    ? `-> ${status}, ${answer.state}, receipt ${short(answer.receipt?.receiptId ?? "")}`
    : `-> ${status}, ${answer.metadata?.code}: ${answer.message}`;
}

function short(hash: string): string {
  return `${hash.slice(0, 12)}...`;
}
