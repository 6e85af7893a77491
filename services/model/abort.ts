// Owns the one form in which an aborted model call ends: a DOMException named AbortError,
// whatever reason the signal was given.

export function abortError(): DOMException {
  return new DOMException("the model call was aborted", "AbortError");
}

/** Throws the AbortError when the signal is aborted. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw abortError();
}
