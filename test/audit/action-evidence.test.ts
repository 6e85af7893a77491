// Owns the proof that no action is without evidence: on a server, tasks make calls of all seven
// classes with every fate, and their logs hold one record for each invocation of a tool's service
// and for each call that was refused, with who, what, by which decision, when (R81).
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { EffectClass } from "../../contract/effect-class.ts";
import { EFFECT_CLASSES } from "../../contract/effect-class.ts";
import type { ActionEvidence } from "../../contract/evidence.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { CompensateAnswer, ReconcileAnswer } from "../../contract/effect-answer.ts";
import type { AnyTool } from "../../contract/tool.ts";
import { digestOf, sha256 } from "../../core/digest.ts";
import { chainProblem } from "../../core/log.ts";
import { defineTool, evidenceOf, toolFailure } from "../../index.ts";
import { type Desk, openScene, type Scene } from "../agent/support/scene.ts";
import { asksFor, says, scriptedModel } from "../agent/support/scripted-model.ts";
import { PATIENCE, type Task } from "../agent/support/task.ts";

const FATES = ["ok", "error", "lost", "found", "keyed", "forbidden", "unknown-tool"] as const;
interface Wanted {
  readonly effect: EffectClass;
  readonly fate: (typeof FATES)[number];
  readonly n: number;
  /** Another than the one of the class. */
  readonly tool?: string;
}

interface Given {
  readonly fate: string;
  readonly n: number;
}

const nameOf = (effect: EffectClass): string => `ev_${effect}`;
const TOOLS: readonly AnyTool[] = EFFECT_CLASSES.map((effect) =>
  defineTool({
    name: nameOf(effect),
    description: `Is ${effect}.`,
    input: z.strictObject({ fate: z.string(), n: z.number() }),
    output: z.string(),
    effect,
    approval: "never",
    credentials: ["ev-key"],
    retry: { maxAttempts: 1 },
    async execute({ fate, n }, { beginEffect, credential }) {
      if (fate === "keyed") await credential("ev-key");
      await beginEffect();
      if (fate === "error") throw toolFailure("no_room", "There is no room.");
      if (fate === "lost" || fate === "found") throw new TypeError("the line is dead");
      return `did ${n}`;
    },
    ...(effect === "read"
      ? {}
      : {
          reconcile: ({ fate, n }: Given): ReconcileAnswer<string> =>
            fate === "found"
              ? { outcome: "applied", result: `did ${n} all the same` }
              : { outcome: "unknown", reason: "no trace of it" },
          compensate: ({ n }: Given): CompensateAnswer =>
            n % 2 === 0 ? { outcome: "undone" } : { outcome: "committed", reason: "too late" },
        }),
  }),
);

const GATED = defineTool({
  name: "ev_gated",
  description: "Waits for a person.",
  input: z.strictObject({ fate: z.string(), n: z.number() }),
  output: z.string(),
  effect: "irreversible",
  execute: async () => "done",
});

let scene: Scene;
let desk: Desk;
beforeAll(async () => {
  scene = await openScene();
  const asked = new Set<string | undefined>();
  const model = scriptedModel(({ messages }) => {
    const first = messages[0];
    const part = first?.role === "user" ? first.parts[0] : undefined;
    const wanted = JSON.parse(part?.type === "text" ? part.text : "[]") as Wanted[];
    const next = wanted[messages.filter(({ role }) => role === "assistant").length];
    if (next === undefined) return says("done");
    const { effect, tool = nameOf(effect), ...given } = next;
    return asksFor([given.fate === "unknown-tool" ? "ev_none" : tool, given]);
  });
  desk = await scene.open({
    name: "ev-desk",
    model,
    tools: [...TOOLS, GATED],
    app: {
      credentials: {
        // The first question of each tenant comes too early.
        async resolve({ tenant }) {
          if (asked.has(tenant)) return { outcome: "ok", value: "key-12345678", source: "a test" };
          asked.add(tenant);
          return { outcome: "missing", fix: "ask again" };
        },
      },
    },
  });
});
afterAll(() => scene.stop());

const GRANTS = [{ tool: "*", limits: [{ path: "fate", oneOf: FATES.slice(0, 5) }] }];

/** Plays a task to the end of its turn, or until it waits for a person; then cancels it. */
async function play(id: string, wanted: readonly Wanted[]): Promise<Task> {
  const task = desk.task(id);
  const start = { message: JSON.stringify(wanted), owner: "ann", tenant: id, grants: GRANTS };
  expect((await task.post("start", start)).status).toBe(200);
  await vi.waitFor(async () => {
    const { status, operations } = await task.status();
    if (status === "waiting-auth") {
      const operationId = operations.find(({ state }) => state === "blocked")?.operationId;
      await task.post("retry", { operationId, reason: "try again" });
    }
    // Of an unknown outcome: asked, and not about to be.
    const asked = operations.some(({ unknown }) => (unknown?.asked ?? 0) > 0);
    expect(status === "idle" || (status === "waiting-reconcile" && asked)).toBe(true);
  }, PATIENCE);
  await task.post("cancel", { reason: "not wanted" });
  await task.until("cancelled");
  return task;
}

/** How often a verb of these tools' services was invoked. */
async function invocations(): Promise<number> {
  const rows = await scene.engine.admin.query(
    `SELECT id FROM sys_invocation WHERE target_service_name LIKE 'tools.ev_%'
     AND target_handler_name IN ('execute', 'reconcile', 'compensate')`,
  );
  return rows.length;
}

function checkWhole(evidence: ActionEvidence, id: string, wanted: readonly Wanted[]): void {
  const args = wanted.map(({ fate, n }) => ({ fate, n }));
  expect(evidence).toMatchObject({ agent: "ev-desk", owner: "ann", tenant: id });
  expect(evidence.at).toBeGreaterThan(Date.now() - 600_000);
  expect([
    ...args.map((each) => digestOf(each)),
    ...args.map((each) => sha256(JSON.stringify(each))),
  ]).toContain(evidence.inputsDigest);
  expect(evidence.answer?.policyVersion).toMatch(/^[0-9a-f]{64}$/);
  const { verb, effect, outcome, judgedAt, authority, toolVersion, answer } = evidence;
  const refused = outcome.startsWith("refused");
  expect(toolVersion === undefined).toBe(refused);
  expect(evidence.decision).toBe(refused ? "deny" : "permit");
  // A question is no effect, and neither is a read.
  const atEffect = !refused && effect !== "read" && verb !== "reconcile";
  expect(judgedAt).toBe(atEffect ? "effect" : "answer");
  const { policyVersion, grantId } = answer ?? {};
  expect({ ...authority }).toMatchObject(atEffect ? { policyVersion, grantId } : {});
  expect((authority?.policies?.length ?? 0) > 0).toBe(atEffect);
}

describe("R81 evidence", () => {
  it("is there for every action of every class, whatever becomes of it, and once", async () => {
    const each = fc.record({
      effect: fc.constantFrom(...EFFECT_CLASSES),
      fate: fc.constantFrom(...FATES),
    });
    const drawn = fc.sample(fc.array(each, { minLength: 3, maxLength: 6 }), {
      numRuns: 5,
      seed: 81,
    });
    // Every class goes well once, and every fate comes to an effect.
    const certain = [
      EFFECT_CLASSES.map((effect) => ({ effect, fate: "ok" as const })),
      FATES.map((fate) => ({ effect: "reversible" as const, fate })).filter(
        ({ fate }) => fate !== "lost",
      ),
      [{ effect: "financial" as const, fate: "lost" as const }],
    ];
    const plans = [...certain, ...drawn].map((plan) => plan.map((call, n) => ({ ...call, n })));
    const tasks = await Promise.all(plans.map((plan, n) => play(`t${n}`, plan)));
    const logs = await Promise.all(tasks.map((task) => task.log()));
    const found = logs.map((log) => evidenceOf(log));
    for (const [n, evidence] of found.entries()) {
      expect(chainProblem(logs[n] ?? [])).toBeUndefined();
      for (const one of evidence) checkWhole(one, `t${n}`, plans[n] ?? []);
    }
    const all = found.flat();
    const refused = all.filter(({ outcome }) => outcome.startsWith("refused"));
    expect(all.length - refused.length).toBe(await invocations());
    expect(refused.length).toBe(logs.flat().filter(({ type }) => type === "call.refused").length);
    const kinds = new Set(all.map(({ verb, outcome }) => `${verb} ${outcome}`));
    expect([...kinds].toSorted()).toEqual(
      [
        "compensate committed",
        "compensate undone",
        "execute blocked: credential",
        "execute error",
        "execute ok",
        "execute unknown",
        "reconcile applied",
        "reconcile unknown",
        "execute refused: denied",
        "execute refused: unknown_tool",
      ].toSorted(),
    );
    expect(all.filter(({ credentials }) => credentials?.[0] === "ev-key")).not.toEqual([]);
    expect(JSON.stringify(logs)).not.toContain("key-12345678");
  });

  it("has the digest of each result, of an error too, and of a block the decision", async () => {
    const stop = { kind: "tool", name: "ev_code", by: "ada", reason: "a test" };
    await scene.engine.call("holdfast.stops/all/stop", stop);
    const task = desk.task("stopped");
    const plan = [
      { effect: "read", fate: "ok", n: 1 },
      { effect: "code", fate: "error", n: 2 },
    ];
    await task.post("start", { message: JSON.stringify(plan) });
    await task.until("paused");
    await scene.engine.call("holdfast.stops/all/lift", stop);
    await task.post("retry", { reason: "try again" });
    await task.until("idle");
    const [read, blocked, failed] = evidenceOf(await task.log());
    expect(read).toMatchObject({ judgedAt: "answer", outputDigest: sha256("did 1") });
    expect(blocked).toMatchObject({
      outcome: "blocked: stopped",
      judgedAt: "effect",
      decision: "deny",
    });
    expect(failed).toMatchObject({
      outcome: "error",
      decision: "permit",
      outputDigest: digestOf({ code: "no_room", message: "There is no room." }),
    });
  });

  it("is one record where the effect is denied, and the model is told", async () => {
    const task = desk.task("denied");
    const message = JSON.stringify([{ effect: "financial", fate: "ok", n: 1 }]);
    const hold = { kind: "tool", name: "ev_financial", by: "ada", reason: "a test" };
    await scene.engine.call("holdfast.stops/all/stop", hold);
    await task.post("start", { message, tenant: "denied", grants: [{ tool: "*" }] });
    await task.until("paused");
    const narrower = { grants: [{ tool: "ev_read" }], reason: "a test" };
    expect((await task.post("grant", narrower)).status).toBe(200);
    await scene.engine.call("holdfast.stops/all/lift", hold);
    await task.post("retry", { reason: "try again" });
    await task.until("idle");
    const [stopped, denied, ...others] = evidenceOf(await task.log());
    expect(stopped?.outcome).toBe("blocked: stopped");
    expect(denied).toMatchObject({
      outcome: "blocked: denied",
      judgedAt: "effect",
      decision: "deny",
      authority: { policyVersion: expect.stringMatching(/^[0-9a-f]{64}$/), policies: [] },
    });
    expect(others).toEqual([]);
  });

  it("names what a person approved, and compared with what runs", async () => {
    const task = desk.task("gated");
    await task.post("start", { message: JSON.stringify([{ tool: "ev_gated", fate: "ok", n: 1 }]) });
    const { operations } = await task.until("waiting-approval");
    const approvalDigest = operations[0]?.proposal?.digest;
    await task.decide(operations[0], "approve");
    await task.until("idle");
    const [approved] = evidenceOf(await task.log());
    expect(approvalDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(approved).toMatchObject({ outcome: "ok", authority: { approvalDigest } });
  });

  it("costs the log of a plain read nothing", async () => {
    const task = desk.task("plain");
    await task.post("start", { message: JSON.stringify([{ effect: "read", fate: "ok", n: 1 }]) });
    await task.until("idle");
    const returned = (await task.log()).find(isReturned);
    const all =
      "operationId step ordinal callId tool attempt effect argumentsDigest startedAt durationMs " +
      "toolVersion outcome result mediaType endsTask";
    expect(Object.keys(returned?.data ?? {}).toSorted()).toEqual(all.split(" ").toSorted());
  });
});

function isReturned(event: TaskEvent): boolean {
  return event.type === "tool.returned";
}
