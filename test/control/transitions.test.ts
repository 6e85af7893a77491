// Owns that a task's status changes as the state machine says and in no other way, whatever happens
// to it in whatever order; and that the pages show that machine, and the verbs, as they are.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { hasEnded, TASK_STATUSES } from "../../contract/status.ts";
import { diagramOf, isLegal, TRANSITIONS } from "../../core/control/transitions.ts";
import type { Verb } from "../../core/control/verbs.ts";
import { VERBS, whenTaken } from "../../core/control/verbs.ts";
import { reduce } from "../../core/reduce.ts";
import { newHead } from "../../core/transition/message.ts";
import type { CoreTask } from "../core/core-task.ts";
import { NEW_TASK } from "../core/core-task.ts";
import { effectInputs } from "../core/effect-inputs.ts";
import { findStory } from "../core/find-story.ts";
import { inputs } from "../core/inputs.ts";
import { controlInputs } from "./control-inputs.ts";

const page = (name: string) => readFile(resolve(import.meta.dirname, "../../docs", name), "utf8");

function illegal({ log }: CoreTask): string | undefined {
  let before = newHead(NEW_TASK);
  for (const event of log) {
    const after = reduce(before, event);
    if (!isLegal(before.status, event.type, after.status))
      return `${before.status} -> ${after.status} by ${event.type}`;
    before = after;
  }
  return undefined;
}

describe("the state machine", () => {
  it.each([
    ["of any kind", inputs],
    ["about effects", effectInputs],
    ["that people control", controlInputs],
  ])("R66 is kept to by every story %s", (_, happens) => {
    expect(findStory({ end: illegal }, happens)).toBeUndefined();
  });

  it("R66 has no way out of an end, and a way into every status that is in use", () => {
    expect(TRANSITIONS.filter(({ from }) => from.some(hasEnded))).toEqual([]);
    const reached = new Set(["queued", ...TRANSITIONS.flatMap(({ to }) => to)]);
    expect(TASK_STATUSES.filter((each) => !reached.has(each))).toEqual([]);
  });

  it("R66 docs/statuses.md shows it as it is", async () => {
    const [, shown] = /```mermaid\n(.*?)\n```/s.exec(await page("statuses.md")) ?? [];
    expect(shown).toBe(diagramOf(TRANSITIONS));
  });

  it("R72 docs/control.md shows where each verb is taken, as it is", async () => {
    const rows = (await page("control.md")).split("\n").filter((line) => line.startsWith("| `"));
    const said = rows.map((row) =>
      row
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    expect(said).toEqual(
      Object.entries(VERBS).map(([verb, { actor, reason, segment }]) => [
        `\`${verb}\``,
        whenTaken(verb as Verb),
        actor,
        reason,
        segment,
      ]),
    );
  });
});
