// Owns how long an action is left without a word to the engine (L5): an invocation that says nothing
// for its inactivity timeout, ten seconds of a segment, hears no signal any more.
import type { WhilePatient } from "../../contract/port.ts";

const PATIENCE_MS = 5_000;

export const whilePatient: WhilePatient = async (work) => {
  const patience = Promise.withResolvers<{ readonly goesOn: true }>();
  const timer = setTimeout(() => patience.resolve({ goesOn: true }), PATIENCE_MS);
  // It may reject between two looks at it.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, patience.promise]);
  } finally {
    clearTimeout(timer);
  }
};
