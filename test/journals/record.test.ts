// Records the journals in recorded/ anew, where HOLDFAST_RECORD=1 asks for it. To be done when a handler
// is new, or after a change of the journal's order that docs/decisions/ gives the reason for; never
// to silence a failure.
import { readdir, rm } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { startEngine } from "../support/restate.ts";
import { serveApp } from "./support/app-endpoint.ts";
import { type Frame, framesOf, nameOf } from "./support/frames.ts";
import {
  handlerOf,
  type RecordedJournal,
  RECORDED_FOLDER,
  writeJournal,
} from "./support/recorded-journal.ts";
import { startRecordingProxy } from "./support/recording-proxy.ts";
import { tellStories } from "./support/stories.ts";
import { createTeller } from "./support/teller.ts";

/** Of one handler, each of another shape; of those that decide most, more. */
const KEPT = 2;
const MORE: Readonly<Record<string, number>> = {
  "agent.begin": 6,
  "agent.run": 8,
  "agent.apply": 6,
  "agent.wake": 4,
  "tool.execute": 4,
};

describe.skipIf(process.env["HOLDFAST_RECORD"] !== "1")("recording", () => {
  it("keeps journals of every handler", { timeout: 300_000 }, async () => {
    const engine = await startEngine();
    const { ingressUrl, adminUrl, directory } = engine;
    const endpoint = await serveApp(
      createTeller({ ingressUrl, adminUrl, directory, act: () => undefined }),
    );
    const proxy = await startRecordingProxy(endpoint);
    try {
      for (const path of endpoint.paths)
        await engine.admin.registerDeployment(`${proxy.url}${path}`);
      await tellStories(engine);
    } finally {
      await engine.stop();
      await proxy.close();
      await endpoint.close();
    }
    const chosen = chooseJournals(proxy.journals());
    for (const file of await readdir(RECORDED_FOLDER)) await rm(new URL(file, RECORDED_FOLDER));
    for (const [name, journal] of chosen) writeJournal(name, journal);
    expect(chosen.length).toBeGreaterThan(0);
  });
});

function chooseJournals(
  journals: readonly RecordedJournal[],
): readonly (readonly [name: string, RecordedJournal])[] {
  const byHandler = Map.groupBy(journals.filter(isReplayable), ({ path }) => handlerOf(path));
  return [...byHandler].flatMap(([handler, all]) => {
    const shapes = new Map(all.map((journal) => [shapeOf(journal), journal]));
    // The longest have most in them.
    const longest = [...shapes.values()].toSorted((a, b) => b.request.length - a.request.length);
    return longest
      .slice(0, MORE[handler] ?? KEPT)
      .map((journal, n) => [`${handler}.${n + 1}`, journal] as const);
  });
}

/** A tool that answers at once leaves no record of its action (docs/decisions/0005): it would act. */
function isReplayable({ path, request }: RecordedJournal): boolean {
  return !handlerOf(path).startsWith("tool.") || framesOf(request).some(isRun);
}

function isRun(frame: Frame): boolean {
  return nameOf(frame) === "action";
}

function shapeOf({ request, response }: RecordedJournal): string {
  return [...framesOf(request), ...framesOf(response)].map(nameOf).join(" ");
}
