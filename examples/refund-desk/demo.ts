// Owns `npm run demo -- <scene>`: one scene of the refund desk, or all, each on a server and a
// shop of its own, told as a story. Ends with exit code 1 where a scene ends otherwise than it
// should.
import { parseArgs } from "node:util";
import { exitOnBadConfig } from "../../services/config.ts";
import { asExpected, findingsTable } from "./findings.ts";
import { approve } from "./scenes/approve.ts";
import { budget } from "./scenes/budget.ts";
import { credential } from "./scenes/credential.ts";
import { edit } from "./scenes/edit.ts";
import { reject } from "./scenes/reject.ts";
import type { Scene } from "./scenes/scene.ts";
import { stale } from "./scenes/stale.ts";
import { unknown } from "./scenes/unknown.ts";
import { openStage } from "./stage.ts";
import { runUntilStopped, say } from "./terminal.ts";

const SCENES: readonly Scene[] = [approve, reject, edit, stale, unknown, credential, budget];
/** After which a scene is given up, in milliseconds. */
const BOUND_MS = 60_000;

const { positionals } = parseArgs({ allowPositionals: true });
const config = exitOnBadConfig();

await runUntilStopped(async (signal) => {
  const scenes = chosenScenes(positionals);
  if (scenes.length === 0) {
    say(usage());
    return false;
  }
  const failed: string[] = [];
  for (const scene of scenes) {
    if (!(await playScene(scene, signal))) failed.push(scene.name);
  }
  if (scenes.length > 1 && failed.length > 0) say(`\nNot as it should be: ${failed.join(", ")}.`);
  return failed.length === 0;
});

/** None where one is not known. */
function chosenScenes(names: readonly string[]): readonly Scene[] {
  if (names.length === 1 && names[0] === "all") return SCENES;
  const chosen = names.flatMap((name) => SCENES.find((scene) => scene.name === name) ?? []);
  return chosen.length === names.length ? chosen : [];
}

function usage(): string {
  const width = Math.max(...SCENES.map(({ name }) => name.length));
  const lines = SCENES.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`);
  return ["npm run demo -- <scene>, where the scene is one of these, or all:", ...lines].join("\n");
}

/** Resolves to whether it ended as it should; rejects where it could not begin, or was stopped. */
async function playScene(scene: Scene, stopped: AbortSignal): Promise<boolean> {
  const { name, about, workerArgs = [] } = scene;
  const bound = AbortSignal.timeout(BOUND_MS);
  const signal = AbortSignal.any([stopped, bound]);
  say(`\n=== ${name}: ${about}`);
  await using stage = await openStage({ config, name, workerArgs, say, signal });
  try {
    const findings = await scene.play(stage);
    say(`\n${findingsTable(findings)}`);
    const good = asExpected(findings);
    say(good ? "\n  That is as it should be." : "\n  This is not what was expected.");
    return good;
  } catch (error) {
    stopped.throwIfAborted();
    const problem = error instanceof Error ? error.message : String(error);
    say(`\n  ${bound.aborted ? `It took more than ${BOUND_MS / 1000} s.` : problem}`);
    return false;
  }
}
