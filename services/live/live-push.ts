// Owns telling live news to gateways in other processes: in batches, in order, best effort. What
// cannot be told in time is dropped, for the log has it all.
import { Agent, request } from "undici";
import type { Logger } from "pino";
import { type LiveNews, type LiveSink, MAX_NEWS } from "../../contract/live.ts";
import { isLoopback } from "../../core/is-loopback.ts";

export interface LivePushOptions {
  /** Of every gateway, such as https://gateway-1.internal:8443. In clear only on this machine. */
  readonly urls: readonly string[];
  /** A key of the gateways' with the role `worker`, or where to get it: asked at each batch (L9). */
  readonly key: string | (() => string | Promise<string>);
  readonly logger?: Pick<Logger, "warn">;
  /** Milliseconds between two batches at least. Default 40. */
  readonly everyMs?: number;
}

/** News that wait at most; the oldest give way. */
const MAX_WAITING = 10_000;
const TIMEOUT_MS = 5_000;
const DEFAULT_EVERY_MS = 40;

/** Throws an Error for an address that cannot be used. */
export function createLivePush({
  urls,
  key,
  logger,
  everyMs = DEFAULT_EVERY_MS,
}: LivePushOptions): LiveSink {
  for (const url of urls) checkUrl(url);
  const dispatcher = new Agent({ headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  const lines = urls.map((url) => {
    let failed = false;
    return createLine(everyMs, async (news) => {
      const wrong = await post(new URL("/v1/live", url), { news, key, dispatcher });
      // Once, and not for each batch.
      if (wrong !== undefined && !failed)
        logger?.warn(
          { gateway: url, problem: wrong },
          "live news cannot be told; readers wait for the log",
        );
      failed = wrong !== undefined;
    });
  });
  return {
    tell: (news) => {
      for (const line of lines) line(news);
    },
  };
}

function checkUrl(url: string): void {
  const parsed = URL.parse(url);
  if (parsed === null || !["http:", "https:"].includes(parsed.protocol))
    throw new Error(`live: ${url} is no http address of a gateway`);
  if (parsed.protocol === "http:" && !isLoopback(parsed.hostname))
    throw new Error(`live: ${url} would carry text in clear; use https`);
}

type Send = (news: readonly LiveNews[]) => Promise<void>;

/** One batch is under way at a time, so that pieces arrive in order. */
function createLine(everyMs: number, send: Send): (news: LiveNews) => void {
  let waiting: LiveNews[] = [];
  let busy = false;
  const flush = async (): Promise<void> => {
    const batch = waiting.splice(0, MAX_NEWS);
    await send(joined(batch));
    busy = waiting.length > 0;
    if (busy) setTimeout(() => void flush(), everyMs).unref();
  };
  return (news) => {
    waiting.push(news);
    if (waiting.length > MAX_WAITING) waiting = waiting.slice(-MAX_WAITING / 2);
    if (busy) return;
    busy = true;
    setTimeout(() => void flush(), everyMs).unref();
  };
}

/** Pieces that follow each other become one, and of hints the last is enough. */
function joined(batch: readonly LiveNews[]): readonly LiveNews[] {
  const out: LiveNews[] = [];
  const last = new Map<string, number>();
  for (const news of batch) {
    const key = `${news.agent}/${news.taskId}`;
    const index = last.get(key);
    const before = index === undefined ? undefined : out[index];
    const merged = before === undefined ? undefined : merge(before, news);
    if (index !== undefined && merged !== undefined) out[index] = merged;
    else last.set(key, out.push(news) - 1);
  }
  return out;
}

function merge(before: LiveNews, news: LiveNews): LiveNews | undefined {
  if (before.kind === "events") return news.kind === "events" ? news : undefined;
  if (news.kind === "events" || news.attempt !== before.attempt) return undefined;
  if (news.at !== before.at + before.text.length) return undefined;
  return { ...before, text: before.text + news.text };
}

interface Posting {
  readonly news: readonly LiveNews[];
  readonly key: LivePushOptions["key"];
  readonly dispatcher: Agent;
}

/** What went wrong, in few words. */
async function post(url: URL, { news, key, dispatcher }: Posting): Promise<string | undefined> {
  try {
    const authorization = `Bearer ${typeof key === "string" ? key : await key()}`;
    const answer = await request(url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization },
      body: JSON.stringify({ news }),
      dispatcher,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.body.dump();
    return answer.statusCode < 300 ? undefined : `it answered ${answer.statusCode}`;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "no answer";
  }
}
