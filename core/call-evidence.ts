// Owns picking the evidence out of whatever carries it, without empty parts: what is absent costs
// nothing in a journal or a log.
import type { CallEvidence } from "../contract/evidence.ts";

export function evidenceIn({ authority, credentials }: CallEvidence): CallEvidence {
  return {
    ...(authority === undefined ? {} : { authority }),
    ...(credentials === undefined || credentials.length === 0 ? {} : { credentials }),
  };
}
