// Owns `npm run bench`: chooses the measurements, runs one after the other, keeps the results as
// JSON, and writes them into docs/performance.md. What is measured is in measurements/.
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { describeMachine, type Machine } from "./machine.ts";
import type { Measurement } from "./measurement.ts";
import { approval } from "./measurements/approval.ts";
import { bytes } from "./measurements/bytes.ts";
import { calls } from "./measurements/calls.ts";
import { control } from "./measurements/control.ts";
import { latency } from "./measurements/latency.ts";
import { lists } from "./measurements/lists.ts";
import { oneTurn } from "./measurements/one-turn.ts";
import { parked } from "./measurements/parked.ts";
import { recovery } from "./measurements/recovery.ts";
import { throughput } from "./measurements/throughput.ts";
import { wake } from "./measurements/wake.ts";
import { updatePage } from "./performance-page.ts";
import { rounded } from "./statistics.ts";

const MEASUREMENTS: readonly Measurement[] = [
  latency,
  throughput,
  bytes,
  recovery,
  approval,
  wake,
  control,
  calls,
  parked,
  lists,
  oneTurn,
];

const RESULTS = new URL("results.json", import.meta.url);
const PAGE = new URL("../docs/performance.md", import.meta.url);

const USAGE = `npm run bench [-- [--quick] [--tasks <count>] [name ...]]

Measures, writes bench/results.json, and the tables in docs/performance.md.
--quick   low counts, to see that it works; prints the tables and writes nothing
--tasks   how many tasks "parked" parks, 2,000 by default, and "lists" lists, 10,000 by default
name      ${MEASUREMENTS.map(({ name }) => name).join(", ")}; all of them by default
`;

interface Stored {
  readonly machine: Machine;
  readonly result: unknown;
}

async function main(
  quick: boolean,
  tasks: number | undefined,
  chosen: readonly Measurement[],
): Promise<void> {
  // Once, since the load of later measurements would be that of the ones before.
  const machine = await describeMachine();
  for (const measurement of chosen) {
    const { name } = measurement;
    const say = (progress: string): void => console.error(`${name}: ${progress}`);
    say("starting");
    const result = await measurement.measure({ quick, tasks, say });
    console.log(`\n${name}\n\n${measurement.describe(result)}\n`);
    // After each, so that an interruption loses one.
    if (!quick) await store(measurement, { machine, result });
  }
}

async function store(measurement: Measurement, stored: Stored): Promise<void> {
  const known = JSON.parse(await readFile(RESULTS, "utf8").catch(() => "{}")) as object;
  const results = { ...known, [measurement.name]: stored };
  await writeFile(RESULTS, `${JSON.stringify(results, toMicroseconds, 2)}\n`);
  await updatePage(PAGE, measurement.name, measurement.describe(stored.result), stored.machine);
}

/** No sample is more exact than three digits of a millisecond. */
function toMicroseconds(_key: string, value: unknown): unknown {
  return typeof value === "number" ? rounded(value, 3) : value;
}

const { values, positionals } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    tasks: { type: "string" },
    help: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !MEASUREMENTS.some((each) => each.name === name));
const tasks = values.tasks === undefined ? undefined : Number(values.tasks);
const isCount = tasks === undefined || (Number.isInteger(tasks) && tasks > 0);
if (!isCount) console.error(`--tasks takes a count, and not "${values.tasks}".`);
if (values.help || !isCount || unknown.length > 0) {
  for (const name of unknown) console.error(`There is no measurement "${name}".`);
  console.log(USAGE);
  process.exit(values.help ? 0 : 1);
}
const isChosen = ({ name }: Measurement) => positionals.length === 0 || positionals.includes(name);
await main(values.quick, tasks, MEASUREMENTS.filter(isChosen));
