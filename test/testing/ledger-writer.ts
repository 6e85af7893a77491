// Owns a process that writes an effect ledger until it is killed: the same keys as every other
// such process, in order, round after round.
import { openEffectLedger } from "../../testing/index.ts";
import { report } from "../support/worker.ts";

const [, , , file = ""] = process.argv;
const ledger = openEffectLedger(file);
await report({ serving: 0 });
for (let number = 0; ; number += 1) {
  const request = { key: `key-${number}`, tool: "pay", input: number };
  ledger.record(request);
  const result = ledger.applyOnce(request, () => ({ by: process.pid }));
  // Told only once it is written.
  await report({ number, result });
}
