// Owns reading a task's log back out of an export (R19): the entries, in order, each held against the one
// before. Whether the file is whole and who signed it is verify-export.ts's to say.
import { eventOfLine, exportLineSchema } from "../contract/evidence-export.ts";
import type { TaskEvent } from "../contract/event.ts";
import { chainProblem, GENESIS } from "../core/log.ts";
import { readLines } from "./read-lines.ts";

/** Rejects with an Error at the first entry that is not in order. */
export async function* readExport(source: AsyncIterable<Uint8Array>): AsyncGenerator<TaskEvent> {
  let last = { seq: -1, hash: GENESIS };
  for await (const { bytes } of readLines(source)) {
    const line = exportLineSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    if (!("event" in line)) continue;
    const event = eventOfLine(line);
    const problem = chainProblem([event], { seq: last.seq + 1, hash: last.hash })?.problem;
    if (problem !== undefined) throw new Error(`the export is not in order: ${problem}`);
    yield event;
    last = event;
  }
}
