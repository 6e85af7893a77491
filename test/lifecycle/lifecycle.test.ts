// Owns the lifecycle map (R79): whole for every agent, the same as what the runtime decides by, and the
// page of the example as it has to be.
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { EFFECT_CLASSES, type EffectClass } from "../../contract/effect-class.ts";
import { TASK_STATUSES } from "../../contract/status.ts";
import { TRANSITIONS } from "../../core/control/transitions.ts";
import { verbProblem, VERBS } from "../../core/control/verbs.ts";
import {
  type Lifecycle,
  lifecycleGaps,
  lifecycleOf,
  lifecyclePage,
  defineAgent,
  defineTool,
  delegate,
  sleep,
} from "../../index.ts";
import { LIFECYCLE_PAGE, refundDeskPage } from "../../scripts/write-lifecycle.ts";

const root = resolve(import.meta.dirname, "../..");

function agentWith(tools: Parameters<typeof defineAgent>[0]["tools"] = [], more: object = {}) {
  const model = { provider: "scripted", model: "m-1" };
  return defineAgent({ name: "clerk", instructions: "You are a clerk.", model, tools, ...more });
}

interface Spec {
  readonly name?: string;
  readonly effect?: EffectClass;
  readonly idempotency?: "honoured" | "none";
  readonly reconcile?: () => { readonly outcome: "not-applied" };
  readonly compensate?: () => { readonly outcome: "undone" };
}

function tool(spec: Spec) {
  return defineTool({
    name: "act",
    description: "Acts.",
    input: z.object({}),
    output: z.string(),
    effect: "read",
    execute: () => "done",
    ...spec,
  });
}

const undone = () => ({ outcome: "undone" as const });
const helper = defineAgent({
  name: "helper",
  instructions: "You help.",
  model: { provider: "scripted", model: "m-1" },
});
const delegating = delegate({ agents: [helper] });
const statusesOf = (agent: ReturnType<typeof agentWith>) =>
  lifecycleOf(agent).statuses.map(({ status }) => status);

describe("R79 the lifecycle map", () => {
  it("says of every status and tool where it lives, who owns it, and what stops it", () => {
    const every = EFFECT_CLASSES.flatMap((effect) =>
      (["honoured", "none"] as const).map((idempotency) =>
        tool({
          name: `${effect}-${idempotency}`,
          effect,
          ...(effect === "read" ? {} : { idempotency }),
          ...(effect === "reversible" ? { compensate: undone } : {}),
        }),
      ),
    );
    const lifecycle = lifecycleOf(agentWith([...every, sleep, delegating]));
    expect(lifecycle.statuses.map(({ status }) => status)).toEqual(TASK_STATUSES);
    expect(lifecycle.tools).toHaveLength(every.length + 2);
    expect(lifecycleGaps(lifecycle)).toEqual([]);
  });

  it("names each field that says nothing, and makes no page of such a map", () => {
    const lifecycle = lifecycleOf(agentWith([tool({})]));
    for (const rows of ["statuses", "tools"] as const)
      for (const field of ["livesIn", "owner", "pause", "resume", "interrupt"] as const) {
        const [first, ...others] = lifecycle[rows];
        const broken = { ...lifecycle, [rows]: [{ ...first, [field]: " " }, ...others] };
        const name = rows === "tools" ? "act" : "queued";
        expect(lifecycleGaps(broken as Lifecycle)).toEqual([`${name}: ${field}`]);
        expect(() => lifecyclePage(broken as Lifecycle)).toThrow(
          `the lifecycle map says nothing of: ${name}: ${field}`,
        );
      }
  });

  it("has the verbs and events that the runtime decides by, and no pause that it refuses", () => {
    for (const row of lifecycleOf(agentWith([tool({}), delegating])).statuses) {
      const { status, verbs, pause, resume } = row;
      for (const verb of Object.keys(VERBS) as (keyof typeof VERBS)[])
        expect(verbProblem({ status }, verb) === undefined, `${status} ${verb}`).toBe(
          verbs.includes(verb),
        );
      expect(pause.startsWith("refused"), `${status} pause`).toBe(!verbs.includes("pause"));
      // Once it was paused there it is resumed from there.
      const resumes = verbs.includes("pause") || verbs.includes("resume");
      expect(resume.startsWith("refused"), `${status} resume`).toBe(!resumes);
      for (const by of row.leftBy)
        expect(TRANSITIONS.some((each) => each.by === by && each.from.includes(status))).toBe(true);
      // Every status is reached, and every one that is no end is left.
      expect(row.enteredBy, status).not.toEqual([]);
      expect(row.leftBy.length === 0, status).toBe(verbs.length === 0);
    }
  });

  it("leaves out what no task of the agent can come to", () => {
    const plain = statusesOf(agentWith());
    for (const absent of ["waiting-tool", "waiting-approval", "waiting-child", "waiting-timer"])
      expect(plain).not.toContain(absent);
    expect(statusesOf(agentWith([], { review: "always" }))).toContain("waiting-approval");
    expect(statusesOf(agentWith([sleep]))).toContain("waiting-timer");
    expect(statusesOf(agentWith([sleep]))).not.toContain("waiting-tool");
    expect(statusesOf(agentWith([delegating]))).toContain("waiting-child");
  });

  const idempotency = "none";
  const reconcile = () => ({ outcome: "not-applied" as const });
  const asked = { effect: "reversible", idempotency, reconcile, compensate: undone } as const;
  it.each<[string, Spec, RegExp, RegExp]>([
    ["a read", {}, /runs it again/, /nothing to undo/],
    ["a keyed effect", { effect: "code", idempotency: "honoured" }, /same idempotency/, /stands/],
    ["a fenced effect", { effect: "code", idempotency }, /not made again: a person/, /stands/],
    ["one that is looked up", asked, /not made again: its reconcile/, /undone by its compensate/],
  ])("says of %s what follows from its class", (_, spec, resume, interrupt) => {
    const [row] = lifecycleOf(agentWith([tool(spec)])).tools;
    expect(row?.resume).toMatch(resume);
    expect(row?.interrupt).toMatch(interrupt);
  });

  it("of the refund desk is in docs/ as it is; `node scripts/write-lifecycle.ts` writes it anew", async () => {
    expect(await readFile(join(root, LIFECYCLE_PAGE), "utf8")).toBe(refundDeskPage());
  });
});
