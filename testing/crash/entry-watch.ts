// Owns the watch over a worker's journal entries: each gets a name by which it is found again in
// another run, and at the chosen one the process dies before the entry has left it.
import type { RequestListener } from "../../services/worker/worker-server.ts";
import { createEntryReader } from "./journal-entries.ts";

type Exchange = Parameters<RequestListener>;

export interface EntryWatch {
  /** The listener, watched. */
  watch(listener: RequestListener): RequestListener;
  /** Counts anew; the process dies at the entry with this name. */
  arm(entry: string | null): void;
}

// How often they are asked differs from run to run, and they change nothing.
const READS: ReadonlySet<string> = new Set([
  "status",
  "events",
  "context",
  "nudge",
  "authority",
  "check",
  "list",
]);

/** `onEntry` hears of each entry right before it is sent. */
export function createEntryWatch(onEntry: (entry: string) => void): EntryWatch {
  let armed: string | null = null;
  let dying = false;
  /** Entries so far, by the invocation's name. */
  let counts = new Map<string, number>();
  /** Invocations so far, by what was invoked. */
  let invocations = new Map<string, string[]>();

  const nameEntry = (target: string, invocationId: string, kind: string): string => {
    const ids = invocations.get(target) ?? [];
    invocations.set(target, ids);
    if (!ids.includes(invocationId)) ids.push(invocationId);
    const invocation = `${target}#${ids.indexOf(invocationId) + 1}`;
    const count = (counts.get(invocation) ?? 0) + 1;
    counts.set(invocation, count);
    return `${invocation} entry ${count} (${kind})`;
  };

  const watchExchange = ([request, response]: Exchange, target: string): void => {
    const invocationId = String(request.headers["x-restate-invocation-id"]);
    const entriesIn = createEntryReader();
    const write = response.write.bind(response);
    const watched = (chunk: Uint8Array, done?: (error?: Error) => void): boolean => {
      // What would have been sent after the death is not sent.
      if (dying) return true;
      for (const { offset, kind } of entriesIn(chunk)) {
        const entry = nameEntry(target, invocationId, kind);
        onEntry(entry);
        if (entry !== armed) continue;
        dying = true;
        dieBehind(write, chunk.subarray(0, Math.max(0, offset)));
        return true;
      }
      return write(chunk, done);
    };
    response.write = watched as typeof response.write;
  };

  return {
    watch: (listener) => (request, response) => {
      const target = invokedBy(request.url);
      if (target !== undefined) watchExchange([request, response], target);
      listener(request, response);
    },
    arm: (entry) => {
      armed = entry;
      counts = new Map();
      invocations = new Map();
    },
  };
}

/** `desk/run` of `/agents/invoke/desk/run`; undefined for what is not watched. */
function invokedBy(url: string): string | undefined {
  const [, service, handler] = /\/invoke\/([^/]+)\/([^/?]+)/.exec(url) ?? [];
  if (service === undefined || handler === undefined || READS.has(handler)) return undefined;
  return `${service}/${handler}`;
}

type Write = (chunk: Uint8Array, done: () => void) => boolean;

/** Sends what comes before the entry, and ends the process as soon as that has left it. */
function dieBehind(write: Write, before: Uint8Array): void {
  const die = (): void => {
    process.kill(process.pid, "SIGKILL");
  };
  if (before.length === 0) die();
  else write(before, () => setImmediate(die));
}
