// Owns the names and identities that cross a process boundary, and the one check of each.
// Restate accepts every object key, the empty one and NUL included (ENGINE 5), so nothing
// else in the house may invent its own rule for an id.
import { z } from "zod";

const NAME = /^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/;
const RESERVED_NAMES = new Set(["restate", "openapi", "tools", "holdfast"]);
/** Longest task or message id, in bytes of UTF-8. */
export const MAX_ID_BYTES = 256;

// Control characters (C0, DEL, C1) would reach log lines and terminals unescaped.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** Says what is wrong with a task or message id, or undefined when it is good. */
export function idProblem(id: string): string | undefined {
  if (id.length === 0) return "must not be empty";
  if (new TextEncoder().encode(id).length > MAX_ID_BYTES) {
    return `must be at most ${MAX_ID_BYTES} bytes long`;
  }
  if (CONTROL.test(id)) return "must not contain control characters";
  if (!id.isWellFormed()) return "must be well-formed unicode";
  return undefined;
}

/**
 * Says what is wrong with an agent's or a tool's name, or undefined when it is good.
 * The rule is the intersection of what Restate takes as a service name and what model
 * providers take as a function name; dots are ours (`tools.<name>`).
 */
export function nameProblem(name: string): string | undefined {
  if (!NAME.test(name)) {
    return "must start with a letter and hold at most 64 letters, digits, '_' or '-'";
  }
  if (RESERVED_NAMES.has(name.toLowerCase())) return "is reserved by the runtime";
  return undefined;
}

const identifier = z.string().superRefine((value, ctx) => {
  const problem = idProblem(value);
  if (problem !== undefined) ctx.addIssue({ code: "custom", message: problem });
});

export const taskIdSchema = identifier;
export const messageIdSchema = identifier;

/** Lower-case hexadecimal SHA-256. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in hexadecimal");

/** The Restate service that serves one tool. */
export function toolServiceName(tool: string): string {
  return `tools.${tool}`;
}

/**
 * The identity of an operation (ARCHITECTURE L3). `ordinal` is ours because a model's call
 * ids repeat; `attempt` grows only by a recorded decision.
 */
export interface OperationPosition {
  readonly taskUid: string;
  readonly step: number;
  readonly ordinal: number;
  readonly attempt: number;
}

export function operationId(at: OperationPosition): string {
  return `${at.taskUid}/${at.step}/${at.ordinal}/${at.attempt}`;
}
