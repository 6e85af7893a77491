// Owns `npm run soak -- --minutes N [--seed S]`: rounds of random tasks under random faults on one node, and the
// judgement of each round's history. Exit code 1 when a law was broken or a task did not come to its
// end. What a round is made of follows from seed and number: `--seed S --round R` plays one again.
import { writeFile } from "node:fs/promises";
import { randomInt } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sha256 } from "../core/digest.ts";
import { checkHistory, tellViolation } from "../testing/index.ts";
import type { Fault } from "../test/faults/support/draw-trips.ts";
import { drawRound } from "../test/faults/support/draw-trips.ts";
import { type Ground, openGround } from "../test/faults/support/ground.ts";
import { playRound } from "../test/faults/support/play-round.ts";
import { openTally, tellReport, tellRound } from "../test/faults/support/tally.ts";

/** Of one round. */
const SIZE = { trips: 12, faults: 25 };

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string", default: String(randomInt(1e9)) },
    /** Only this one. */
    round: { type: "string" },
  },
});
const { minutes, seed, round: only } = values;
if (!(Number(minutes) > 0)) throw new Error(`--minutes must be a number above 0, not "${minutes}"`);

const say = (line: string): void =>
  console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
const tally = openTally();
const until = Date.now() + Number(minutes) * 60_000;
say(`soak of ${minutes} minutes on one node, seed ${seed}`);
let ground: Ground | undefined;
try {
  for (
    let n = Number(only ?? 1);
    only === undefined ? Date.now() < until : n === Number(only);
    n += 1
  ) {
    ground ??= await openGround();
    const isSound = await play(ground, n);
    if (isSound) continue;
    // What is stuck there must not be counted again.
    await ground.stop();
    ground = undefined;
  }
} finally {
  await ground?.stop();
}
const report = tally.report();
say(`the end\n${tellReport(report)}`);
const isSound = report.violations === 0 && report.unfinished === 0;
say(
  isSound ? "every history is allowed" : `NOT SOUND: repeat a round with --seed ${seed} --round R`,
);
process.exit(isSound ? 0 : 1);

/** Plays one round; false when something is wrong with it. */
async function play(on: Ground, n: number): Promise<boolean> {
  const name = `${seed}-${n}`;
  const round = drawRound(Number.parseInt(sha256(name).slice(0, 8), 16), name, SIZE);
  const faults: Fault[] = [];
  const began = Date.now();
  try {
    const history = await playRound(on, round, (fault) => faults.push(fault));
    const violations = checkHistory(history);
    const played = { name, history, faults, violations, tookMs: Date.now() - began };
    tally.add(played);
    say(tellRound(played));
    if (violations.length === 0) return true;
    const file = join(tmpdir(), `holdfast-soak-${name}.json`);
    await writeFile(file, JSON.stringify({ faults, history }));
    say(`${violations.map(tellViolation).join("\n")}\nits history is in ${file}`);
    return false;
  } catch (error) {
    tally.fail(faults);
    say(`round ${name} did not come to its end: ${String(error)}`);
    return false;
  }
}
