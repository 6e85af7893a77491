// Owns the tests of the log: what it drops, and how the SDK's own lines read in it.
import type { LogMetadata } from "@restatedev/restate-sdk";
import { expect, it } from "vitest";
import { createLogger, sdkLogger } from "../../services/log.ts";

function logTo(lines: Record<string, unknown>[]) {
  return createLogger("info", {
    write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  });
}

it("writes fields, drops what is below its level, and blanks what nobody should have logged", () => {
  const lines: Record<string, unknown>[] = [];
  const logger = logTo(lines);
  logger.debug({ taskId: "t" }, "dropped");
  logger.info({ taskId: "t", token: "hunter2", call: { arguments: "hunter2" } }, "kept");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ taskId: "t", msg: "kept", token: "[redacted]" });
  expect(JSON.stringify(lines)).not.toContain("hunter2");
});

it("writes what the SDK logs, once", () => {
  const lines: Record<string, unknown>[] = [];
  const log = sdkLogger(logTo(lines));
  // The SDK exports the types of these enums and not their values.
  const meta = (level: string, replaying: boolean) =>
    ({ source: "SYSTEM", level, replaying }) as unknown as LogMetadata;
  log(meta("warn", true), "replayed");
  log(meta("info", false), "started, as every invocation does");
  log(meta("warn", false), "it failed\n", new Error("no such service"));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    level: 40,
    msg: "it failed",
    err: { message: "no such service" },
  });
});
