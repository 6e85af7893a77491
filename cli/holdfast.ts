#!/usr/bin/env node
// Owns the start of the `holdfast` command: the sentence on a Node that is too old, before anything is
// loaded that such a Node cannot read.
const OLDEST = 24;
/** `EX_CONFIG` of sysexits.h. */
const BAD_CONFIG = 78;
/** 128 and the number of SIGINT. */
const INTERRUPTED = 130;

if (Number(process.versions.node.split(".")[0]) < OLDEST) {
  process.stderr.write(
    `holdfast: it runs on Node ${OLDEST} or newer, and this is Node ${process.versions.node}; ` +
      `put a newer one first in PATH, for example by npm install --save-dev node@${OLDEST}\n`,
  );
  process.exitCode = BAD_CONFIG;
} else {
  // Stays where nothing is left to wait for, such as a question at a terminal that is gone.
  process.exitCode = INTERRUPTED;
  void start();
}

async function start(): Promise<void> {
  // An older Node has no such name, and would not even get to the sentence above.
  const { enableCompileCache } = await import("node:module");
  // Half of the time that a command takes is compiling it.
  enableCompileCache();
  const { main } = await import("./main.ts");
  process.exitCode = await main(process.argv.slice(2));
}
