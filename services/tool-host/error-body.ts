// Owns the form of an outcome that the model can act on.
import type { ToolError } from "../../contract/tool.ts";

const MAX_CODE_LENGTH = 64;
const MAX_MESSAGE_LENGTH = 4096;

/** Bounded, since authors write both texts: they go into the task log and the context. */
export function errorBody(code: string, message: string): ToolError {
  return { outcome: "error", code: code.slice(0, MAX_CODE_LENGTH), message: bounded(message) };
}

/** What an author says, as it may be recorded. */
export function bounded(message: string): string {
  return message.slice(0, MAX_MESSAGE_LENGTH).toWellFormed();
}
