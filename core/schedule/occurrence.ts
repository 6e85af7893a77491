// Owns the ids that an occurrence makes. The same occurrence makes the same task or the same
// message for ever, so attending to it twice changes nothing.
import type { Target } from "../../contract/schedule.ts";
import { isoTime } from "./instant.ts";

/** Also the id of a message. */
export function occurrenceId(scheduleId: string, time: number): string {
  return `${scheduleId}/${isoTime(time)}`;
}

/** The task that an occurrence is about. */
export function taskIdOf(target: Target, scheduleId: string, time: number): string {
  if (target.kind === "message") return target.taskId;
  return target.taskId
    .replaceAll("{schedule}", () => scheduleId)
    .replaceAll("{time}", () => isoTime(time));
}
