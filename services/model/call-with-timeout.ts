// Owns the bound of one model call. Its end is a value, `timeout`, that the task waits for;
// the end by the caller's signal is an AbortError.
import type { HearText, ModelProvider, ModelRequest, ProviderReply } from "../../contract/model.ts";
import { abortError, throwIfAborted } from "./abort.ts";

export interface Bound {
  readonly signal: AbortSignal;
  /** Milliseconds that the call may take, the wait at the provider's gate included. */
  readonly timeoutMs: number;
  /** Is told the text while it is written. */
  readonly hear?: HearText | undefined;
}

/** Rejects with an AbortError when the signal aborts, and with whatever a broken provider throws. */
export async function callWithTimeout(
  provider: ModelProvider,
  request: ModelRequest,
  { signal, timeoutMs, hear }: Bound,
): Promise<ProviderReply> {
  throwIfAborted(signal);
  const stop = new AbortController();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    stop.abort();
  }, timeoutMs);
  const abort = (): void => stop.abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await (hear === undefined
      ? provider.call(request, stop.signal)
      : provider.call(request, stop.signal, hear));
  } catch (error) {
    if (signal.aborted) throw abortError();
    if (timedOut) return { kind: "wait", code: "timeout" };
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}
