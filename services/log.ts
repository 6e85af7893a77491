// Owns the log of a process: JSON lines on stderr, so that stdout stays a program's own. Says
// what happens to invocations and operations; never what is in them (L9).
import type { LoggerTransport } from "@restatedev/restate-sdk";
import { destination, type DestinationStream, type Logger, pino } from "pino";

export type { Logger } from "pino";

// A net under the rule that nobody logs these: by name, in a line and one level down.
const SECRET_FIELDS = [
  "apiKey",
  "authorization",
  "cookie",
  "password",
  "secret",
  "token",
  "arguments",
  "content",
  "input",
  "output",
  "payload",
  "prompt",
  "result",
  "text",
];

/** Lines below `level` are dropped. Writes to stderr, at once, unless told otherwise. */
export function createLogger(
  level: string,
  stream: DestinationStream = destination({ fd: 2, sync: true }),
): Logger {
  const paths = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]);
  return pino({ level, base: null, redact: { paths, censor: "[redacted]" } }, stream);
}

/** What the SDK logs, in our log; replayed lines are dropped, since they were logged before. */
export function sdkLogger(logger: Logger): LoggerTransport {
  return (meta, message: unknown, ...rest: unknown[]) => {
    // Two lines per invocation would bury everything else.
    const said: string = meta.level;
    const level = said === "info" ? "debug" : meta.level;
    if (!logger.isLevelEnabled(level) || meta.replaying) return;
    const error = rest.find((value) => value instanceof Error);
    logger[level](
      {
        invocationId: meta.context?.invocationId,
        target: meta.context?.invocationTarget,
        ...(error === undefined ? {} : { err: error }),
      },
      String(message).trim(),
    );
  };
}
