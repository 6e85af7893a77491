// Owns a plain request to Restate's ingress, as any program or `curl` makes it. Rides out the
// moments in which the server is down.
import { setTimeout as sleep } from "node:timers/promises";

const PAUSE_MS = 200;

export interface IngressAnswer {
  readonly ok: boolean;
  readonly status: number;
  /** Null where there is none. */
  readonly body: unknown;
}

/**
 * Posts until somebody answers, so only what may be repeated: reads, `start`, and a decision, of
 * which the first one holds.
 */
export async function post(
  url: string,
  body: unknown,
  signal: AbortSignal,
): Promise<IngressAnswer> {
  for (;;) {
    const answer = await tryPost(url, body, signal);
    if (answer !== undefined) return answer;
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

/** The answer's body. Throws an Error with it where the answer is a refusal. */
export async function ask<T>(url: string, body: unknown, signal: AbortSignal): Promise<T> {
  const answer = await post(url, body, signal);
  if (answer.ok) return answer.body as T;
  throw new Error(`${url} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
}

/** Undefined when the server is not there, or not ready. */
async function tryPost(
  url: string,
  body: unknown,
  signal: AbortSignal,
): Promise<IngressAnswer | undefined> {
  const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const request = { method: "POST", signal, ...(body === undefined ? {} : json) };
  try {
    const response = await fetch(url, request);
    const text = await response.text();
    const ours = response.headers.get("x-restate-error-source") === "invocation";
    if (!response.ok && response.status >= 500 && !ours) return undefined;
    const { ok, status } = response;
    return { ok, status, body: ok ? readJson(text) : readAny(text) };
  } catch (error) {
    // What fetch rejects with when a connection broke or was refused.
    if (!(error instanceof TypeError)) throw error;
    return undefined;
  }
}

function readJson(text: string): unknown {
  return text === "" ? null : JSON.parse(text);
}

/** A refusal of Restate's own is not always JSON. */
function readAny(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    return text;
  }
}
