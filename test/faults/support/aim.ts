// Owns a worker's death in front of a journal entry, by SIGKILL, while many tasks are at work in it: every
// entry has a place, which is the same in every run, and it dies at one that none has died at before. Right
// before, it tells which tasks die with it, and where each of them is.
import { createEntryReader } from "../../../testing/crash/journal-entries.ts";
import type { RequestListener } from "../../../services/worker/worker-server.ts";

/** An attempt that was under way: whose, and behind which entry. */
export interface Hit {
  readonly task: string;
  readonly place: string;
}

export type FromAimed =
  /** The first entry at this place is about to be sent. */
  | { readonly wrote: string }
  /** It dies in front of an entry at this place. */
  | { readonly dies: readonly Hit[]; readonly at: string };

/** It is to die in front of the next entry at one of these places; at any, when there are none. */
export interface ToAimed {
  readonly at: readonly string[];
}

export interface Aim {
  watch(listener: RequestListener): RequestListener;
  /** From now on. */
  take(aim: ToAimed): void;
}

/** How they end, and that they are asked, differs from run to run. They change nothing. */
const READS: ReadonlySet<string> = new Set(["status", "events", "context", "authority", "show"]);
/** Of an input: the object's key, or what a tool is told. */
const TASK = /\b(?:trip-\d+|child-[0-9a-f]{32})\b/;
/** What the server tells of what has completed; it replays the commands alone as they were. */
const NOTIFICATION = /0x[89a-f]/;

/** `tell` settles once the message has left the process. */
export function createAim(tell: (message: FromAimed) => Promise<void>): Aim {
  const open = new Map<object, Hit>();
  const places = new Set<string>();
  let aim: ReadonlySet<string> | undefined;
  let isDying = false;
  const die = (at: string, before: Promise<void>): void => {
    isDying = true;
    const dies = [...open.values()].filter(({ task }) => task !== "");
    void Promise.all([before, tell({ dies, at })]).then(() => process.kill(process.pid, "SIGKILL"));
  };

  const watchExchange = (...[request, response]: Parameters<RequestListener>): void => {
    const target = /\/invoke\/([^?]+)/.exec(request.url)?.[1];
    if (target === undefined || READS.has(target.split("/")[1] ?? "")) return;
    let [task, commands] = ["", 0];
    const moved = (): void => {
      open.set(request, { task, place: `${target} behind ${commands}` });
    };
    hear(request, (heard) => {
      commands += heard.commands;
      if (task === "") task = heard.task;
      moved();
    });
    request.once("close", () => open.delete(request));

    const entriesIn = createEntryReader();
    const write = response.write.bind(response) as Write;
    const watched = (chunk: Uint8Array, done: () => void): boolean => {
      // What would have been sent after the death is not sent.
      if (isDying) return true;
      for (const { offset, kind } of entriesIn(chunk)) {
        if (kind !== "action result") commands += 1;
        const place = `${target} ${commands} (${kind})`;
        if (aim?.has(place) === true || aim?.size === 0) {
          die(place, sent(write, chunk.subarray(0, Math.max(0, offset))));
          return true;
        }
        moved();
        if (!places.has(place)) void tell({ wrote: place });
        places.add(place);
      }
      return write(chunk, done);
    };
    response.write = watched as typeof response.write;
  };

  return {
    watch: (listener) => (request, response) => {
      watchExchange(request, response);
      listener(request, response);
    },
    take: (next) => {
      aim = new Set(next.at);
    },
  };
}

interface Heard {
  /** Those of its journal, which are replayed to it. */
  readonly commands: number;
  /** Empty where it is not told. */
  readonly task: string;
}

/** Hears what is sent to the worker, chunk by chunk. */
function hear(request: Parameters<RequestListener>[0], onHeard: (heard: Heard) => void): void {
  const entriesIn = createEntryReader();
  const chunks = request[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const heard: AsyncIterator<Uint8Array> = {
    next: async () => {
      const next = await chunks.next();
      if (next.done === true) return next;
      const commands = entriesIn(next.value).filter(({ kind }) => !NOTIFICATION.test(kind));
      const task = TASK.exec(Buffer.from(next.value).toString("latin1"))?.[0] ?? "";
      onHeard({ commands: commands.length, task });
      return next;
    },
  };
  Object.assign(request, { [Symbol.asyncIterator]: () => heard });
}

type Write = (chunk: Uint8Array, done: () => void) => boolean;

/** Settles as soon as it has left the process. */
function sent(write: Write, chunk: Uint8Array): Promise<void> {
  if (chunk.length === 0) return Promise.resolve();
  return new Promise((resolve) => write(chunk, () => setImmediate(resolve)));
}
