// Owns how it is told that the engine had no place for a question which a worker asks it from inside
// an action (docs/decisions/0016-places.md). Who asked gives its own place back, and tries again later.

/** As a `ProviderCode`, and as the code of an estimate. */
export const ENGINE_BUSY = "engine_busy";

const NAME = "EngineBusyError";

/** Nothing was asked, or nobody answered in time; it says nothing about what was asked. */
export function engineBusy(): Error {
  return Object.assign(new Error("the engine has no place for the question; try again later"), {
    name: NAME,
  });
}

export function isEngineBusy(error: unknown): boolean {
  return error instanceof Error && error.name === NAME;
}
