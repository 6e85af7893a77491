// Owns the errors of the approval object that more than one of its handlers have.
import type { TerminalError } from "@restatedev/restate-sdk";
import { problem } from "../../handler/problem.ts";

export function notFound(): TerminalError {
  return problem("approval_not_found", "there is no approval with this id, or no more");
}
