// Owns the generated parts of docs/performance.md: what stands between the two markers of a
// measurement. The words around them are written by hand and left alone.
import { readFile, writeFile } from "node:fs/promises";
import type { Machine } from "./machine.ts";

/** Rejects when the page has no place for the measurement. */
export async function updatePage(
  page: URL,
  name: string,
  described: string,
  machine: Machine,
): Promise<void> {
  const text = await readFile(page, "utf8");
  const [begin, end] = [`<!-- bench ${name} -->`, `<!-- end ${name} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${page.pathname} lacks ${begin} or ${end}`);
  const generated = `${begin}\n\n${described}\n\n${provenance(machine)}\n\n`;
  await writeFile(page, text.slice(0, from) + generated + text.slice(to));
}

function provenance(machine: Machine): string {
  const { date, processor, cores, memoryGiB, loadBefore } = machine;
  const versions = `Node ${machine.node}, Restate server ${machine.restateServer}, SDK ${machine.restateSdk}`;
  return `_${date}, ${cores} cores of ${processor}, ${memoryGiB} GiB, load before ${loadBefore}; ${versions}._`;
}
