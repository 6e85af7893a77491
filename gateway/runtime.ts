// Owns the calls that the gateway makes at Restate's ingress: plain HTTP, as anybody's, so that what
// comes back is exactly what the runtime says. No header of a caller goes along but those named: the
// ingress stores headers in clear.
import { Agent, request } from "undici";
import { isRuntimeCode, problem } from "./problem.ts";

/** A handler of the runtime. */
export interface Target {
  readonly service: string;
  /** Absent: a service without keys. */
  readonly key?: string;
  readonly handler: string;
}

export interface CallOptions {
  /** Of the request: a caller who is gone waits for nothing. */
  readonly signal: AbortSignal;
  /** Milliseconds until it is given up; the runtime goes on with it. Default 75,000. */
  readonly withinMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Runtime {
  /** The parsed answer. Rejects with a problem that has the runtime's own code. */
  call<T>(target: Target, body: unknown, options: CallOptions): Promise<T>;
  /** The same for a body that must arrive as it is. */
  pass(target: Target, body: Uint8Array, options: CallOptions): Promise<unknown>;
}

/** Above the longest wait of a handler that does not say how long it takes. */
const DEFAULT_WITHIN_MS = 75_000;

export function createRuntime(ingressUrl: string): Runtime {
  // The signal is the only bound: `ask` may wait for ten minutes.
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  const post = async (target: Target, body: string | Uint8Array, options: CallOptions) => {
    const { signal, withinMs = DEFAULT_WITHIN_MS, headers = {} } = options;
    const bound = AbortSignal.timeout(withinMs);
    try {
      const answer = await request(urlOf(ingressUrl, target), {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body,
        signal: AbortSignal.any([signal, bound]),
        dispatcher,
      });
      return { status: answer.statusCode, text: await answer.body.text() };
    } catch (error) {
      signal.throwIfAborted();
      if (bound.aborted) throw problem("runtime_timeout", "the runtime did not answer in time");
      throw problem("runtime_unavailable", `the runtime cannot be reached (${codeOf(error)})`);
    }
  };
  return {
    call: async <T>(target: Target, body: unknown, options: CallOptions) =>
      answerOf(await post(target, JSON.stringify(body), options)) as T,
    pass: async (target, body, options) => answerOf(await post(target, body, options)),
  };
}

function urlOf(ingressUrl: string, { service, key, handler }: Target): string {
  const parts = key === undefined ? [service, handler] : [service, key, handler];
  return `${ingressUrl.replace(/\/$/, "")}/restate/call/${parts.map(encodeURIComponent).join("/")}`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "no answer";
}

function answerOf({ status, text }: { readonly status: number; readonly text: string }): unknown {
  if (status < 300) return text === "" ? {} : (JSON.parse(text) as unknown);
  const { message, metadata } = errorIn(text);
  const { code, ...details } = metadata;
  if (isRuntimeCode(code)) throw problem(code, message, details);
  // The ingress itself: it knows no such service or handler.
  if (status === 404) throw problem("agent_not_found", "no worker serves this");
  throw problem("runtime_failed", `the runtime answered ${status}; try again`);
}

function errorIn(text: string) {
  try {
    const { message, metadata } = JSON.parse(text) as {
      readonly message?: string;
      readonly metadata?: Readonly<Record<string, string>>;
    };
    return { message: message ?? "the runtime refused it", metadata: metadata ?? {} };
  } catch {
    return { message: "", metadata: {} };
  }
}
