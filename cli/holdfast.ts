#!/usr/bin/env node
// Owns the `holdfast` command: which command is meant, and how one that failed ends.
import { DRAIN_USAGE, drainCommand } from "./drain/drain-command.ts";

const [command, ...args] = process.argv.slice(2);
try {
  if (command === "drain") {
    await drainCommand(args, (line) => process.stdout.write(`${line}\n`));
  } else {
    const asked = command === undefined || command === "--help" || command === "-h";
    process.stdout.write(`${DRAIN_USAGE}\n`);
    if (!asked) throw new Error(`there is no command ${command}; there is: drain`);
  }
} catch (error) {
  process.stderr.write(`holdfast: ${error instanceof Error ? error.message : "failed"}\n`);
  process.exitCode = 1;
}
