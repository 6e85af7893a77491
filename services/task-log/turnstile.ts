// Owns how many questions a worker asks the engine at once from inside of actions, and how long it
// waits for them. Who asks holds a place at the engine (`concurrent-invocations-limit`), and the
// answer takes another: were all places held by who waits for one, nothing would ever move again.
import { setTimeout as delay } from "node:timers/promises";
import PQueue from "p-queue";
import { engineBusy } from "../../contract/engine-busy.ts";
import type { ReadLog } from "../../contract/port.ts";
import type { StopsView } from "../../contract/stop.ts";
import type { createAuthorityReader, createIngressLog } from "./ingress-log.ts";

export interface TurnstileOptions {
  /** Far below the places of one partition, which several workers share. Default 64. */
  readonly atOnce?: number;
  /** Milliseconds that a question waits for its turn. Default 5,000. */
  readonly turnMs?: number;
  /** Milliseconds that an answer may take. Default 10,000. */
  readonly answerMs?: number;
  /** Milliseconds for which nobody is let through after an answer that took longer. Default 2,000. */
  readonly closedMs?: number;
}

export interface Turnstile {
  /** Rejects with an EngineBusyError where it is not answered in time, else as the question does. */
  ask<T>(question: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** For an answer that many wait for together. */
  within<T>(answer: Promise<T>): Promise<T>;
}

export function createTurnstile(options: TurnstileOptions = {}): Turnstile {
  const { atOnce = 64, turnMs = 5_000, answerMs = 10_000, closedMs = 2_000 } = options;
  const queue = new PQueue({ concurrency: atOnce });
  let opensAt = 0;
  const close = (): void => {
    // Who is queued for a place behind those who hold them is sent away as soon as it comes, so
    // that the engine gets to the questions that are queued behind it.
    opensAt = performance.now() + closedMs;
    queue.clear();
  };
  return {
    async ask(question, signal) {
      if (performance.now() < opensAt) throw engineBusy();
      const turn = new AbortController();
      const late = setTimeout(() => turn.abort(), turnMs);
      let asked = false;
      const asking = async () => {
        asked = true;
        clearTimeout(late);
        return answered(question, answerMs, signal, close);
      };
      try {
        return await queue.add(asking, { signal: turn.signal });
      } catch (error) {
        throw asked ? error : engineBusy();
      } finally {
        clearTimeout(late);
      }
    },
    async within(answer) {
      const late = new AbortController();
      const tooLong = delay(turnMs, undefined, { signal: late.signal }).then(() => {
        throw engineBusy();
      });
      try {
        return await Promise.race([answer, tooLong]);
      } finally {
        late.abort();
        tooLong.catch(() => undefined);
      }
    },
  };
}

async function answered<T>(
  question: (signal: AbortSignal) => Promise<T>,
  answerMs: number,
  signal: AbortSignal | undefined,
  onLate: () => void,
): Promise<T> {
  const late = AbortSignal.timeout(answerMs);
  try {
    return await question(signal === undefined ? late : AbortSignal.any([signal, late]));
  } catch (error) {
    signal?.throwIfAborted();
    if (!late.aborted) throw error;
    onLate();
    throw engineBusy();
  }
}

interface Readers {
  readonly readLog: ReadLog;
  readonly readAuthority: ReadAuthority;
  readonly stops: StopsView;
}

type ReadAuthority = ReturnType<typeof createAuthorityReader>;

/** The same readers, each question through the turnstile. */
export function atTurnstile(
  { ask, within }: Turnstile,
  {
    readLog,
    readAuthority,
    stops,
  }: Omit<Readers, "readLog"> & { readonly readLog: ReturnType<typeof createIngressLog> },
): Readers {
  return {
    readLog: (task, after, before) => ask((signal) => readLog(task, after, before, signal)),
    readAuthority: (task, operationId, signal) =>
      ask((both) => readAuthority(task, operationId, both), signal),
    stops: {
      check: (question, signal) => ask((both) => stops.check(question, both), signal),
      recent(question) {
        const found = stops.recent(question);
        return found instanceof Promise ? within(found) : found;
      },
    },
  };
}
