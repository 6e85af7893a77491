// Owns the body of a schedule, made of what people type. What is left out is the API's default.
import { spanMs } from "../output/span.ts";
import { usage } from "../problem.ts";

export interface ScheduleFlags {
  readonly cron?: string;
  readonly timeZone?: string;
  readonly every?: string;
  readonly start?: string;
  readonly messageTo?: string;
  readonly overlap?: string;
  readonly whenBusy?: string;
  readonly missed?: string;
}

/** Fails where flags are missing or do not go together. */
export function scheduleBody(flags: ScheduleFlags, message: string): object {
  const { missed } = flags;
  return {
    times: timesOf(flags),
    target: targetOf(flags, message),
    ...(missed === undefined ? {} : { missed: { policy: missed } }),
  };
}

function timesOf({ cron, timeZone, every }: ScheduleFlags): object {
  if (cron !== undefined) return { cron, ...(timeZone === undefined ? {} : { timeZone }) };
  if (every === undefined) throw usage("say when: --cron '0 9 * * mon-fri', or --every 10m");
  if (timeZone !== undefined) throw usage("--time-zone goes with --cron; an interval knows none");
  const everyMs = spanMs(every);
  if (everyMs === undefined) throw usage("--every takes a span such as 30s, 10m, 2h or 1d");
  return { everyMs };
}

function targetOf({ start, messageTo, overlap, whenBusy }: ScheduleFlags, message: string): object {
  if (start !== undefined) {
    if (whenBusy !== undefined) throw usage("--when-busy goes with --message-to");
    return { kind: "start", agent: start, message, ...(overlap === undefined ? {} : { overlap }) };
  }
  if (messageTo === undefined)
    throw usage("say what: --start <agent>, or --message-to <agent>/<taskId>");
  if (overlap !== undefined) throw usage("--overlap goes with --start");
  const slash = messageTo.indexOf("/");
  if (slash < 1) throw usage("--message-to takes <agent>/<taskId>");
  const task = { agent: messageTo.slice(0, slash), taskId: messageTo.slice(slash + 1) };
  return { kind: "message", ...task, message, ...(whenBusy === undefined ? {} : { whenBusy }) };
}
