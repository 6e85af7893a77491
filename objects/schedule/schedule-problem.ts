// Owns the errors of `holdfast.schedule` that more than one of its handlers have.
import type { TerminalError } from "@restatedev/restate-sdk";
import { idProblem } from "../../contract/ids.ts";
import { MAX_SCHEDULE_ID_BYTES } from "../../contract/schedule.ts";
import { problem } from "../../handler/problem.ts";

export function notFound(): TerminalError {
  return problem("schedule_not_found", "there is no schedule with this id; make it with set");
}

/** Fails with 400 for a key that is no schedule's id. */
export function checkId(id: string): void {
  const wrong = idProblem(id);
  if (wrong !== undefined) throw problem("invalid_input", `the schedule id ${wrong}`);
  if (new TextEncoder().encode(id).length > MAX_SCHEDULE_ID_BYTES) {
    const message = `the schedule id must be at most ${MAX_SCHEDULE_ID_BYTES} bytes long`;
    throw problem("invalid_input", message);
  }
}
