// Owns the matrix of phases and verbs on a real server: in each phase every verb either does what
// it says or is refused with the reason, and the log, the status and the effects agree (R29, R72).
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { EventType, TaskEvent } from "../../contract/event.ts";
import type { TaskStatus } from "../../contract/status.ts";
import { VERBS } from "../../core/control/verbs.ts";
import type { Scene } from "../agent/support/scene.ts";
import { openScene } from "../agent/support/scene.ts";
import type { Task } from "../agent/support/task.ts";
import { openInvocations, PATIENCE } from "../agent/support/task.ts";
import type { IngressAnswer } from "../support/ingress.ts";
import { commandWaits } from "./support/command-waits.ts";
import type { Phase, PhaseDesk } from "./support/phases.ts";
import { openPhase, PHASES, STATUS_IN } from "./support/phases.ts";

const ACTS = [
  "pause",
  "pause-now",
  "resume",
  "quarantine",
  "override",
  "transfer",
  "complete",
  "retire",
  "cancel",
  "kill",
  "retry",
  "send",
  "interrupt",
  "queue",
] as const;
type Act = (typeof ACTS)[number];

/** A refusal's code, or what is to be seen afterwards. */
type Expected =
  | { readonly refused: string }
  | { readonly event: EventType; readonly status?: TaskStatus };

/** A turn is still open when the message is taken in; elsewhere an answer has ended it by then. */
const KEEPS: readonly Phase[] = ["tool-call", "approval", "provider-wait", "parked"];
const IN_FLIGHT: readonly Phase[] = ["tool-call", "parked"];

function expected(phase: Phase, act: Act): Expected {
  const taken = (verb: keyof typeof VERBS) => VERBS[verb].taken.includes(STATUS_IN[phase]);
  switch (act) {
    case "pause":
    case "pause-now":
      return taken("pause") ? { event: "task.paused", status: "paused" } : NOT_ALLOWED;
    case "quarantine":
      return taken(act) ? { event: "task.quarantined", status: "quarantined" } : NOT_ALLOWED;
    case "retire":
      return taken(act) ? { event: "task.retired", status: "retired" } : NOT_ALLOWED;
    case "kill":
      return taken(act) ? { event: "task.killed", status: "killed" } : NOT_ALLOWED;
    case "complete":
      return taken(act) ? { event: "task.completed", status: "completed" } : NOT_ALLOWED;
    case "transfer":
      return taken(act) ? { event: "owner.changed" } : NOT_ALLOWED;
    case "resume":
      return NOT_ALLOWED;
    case "override":
      return overridden(phase);
    case "cancel":
      return taken(act) ? { event: "task.cancelled", status: "cancelled" } : NOT_ALLOWED;
    case "retry":
      return retried(phase);
    case "send":
    case "interrupt":
      return phase === "ended" ? OVER : { event: "message.received" };
    case "queue":
      if (phase === "ended") return OVER;
      return { event: KEEPS.includes(phase) ? "message.queued" : "message.received" };
  }
}

const NOT_ALLOWED = { refused: "verb_not_allowed" };
const OVER = { refused: "task_ended" };

function overridden(phase: Phase): Expected {
  if (phase === "ended") return NOT_ALLOWED;
  if (phase === "approval") return { event: "operation.overridden", status: "idle" };
  const code = IN_FLIGHT.includes(phase) ? "operation_in_flight" : "operation_not_found";
  return { refused: code };
}

function retried(phase: Phase): Expected {
  if (phase === "ended") return NOT_ALLOWED;
  if (phase === "failed") return { event: "turn.retried" };
  if (phase === "provider-wait" || phase === "parked") return { event: "task.woken" };
  return { refused: "nothing_to_retry" };
}

const SAID = { reason: "the matrix", by: "olga" };

async function perform(scene: Scene, task: Task, act: Act): Promise<IngressAnswer> {
  const message = { message: "stop and answer", messageId: "m-2" };
  switch (act) {
    case "pause-now":
      return task.post("pause", { ...SAID, when: "now" });
    case "override": {
      const [operation] = (await task.status()).operations;
      const operationId = operation?.operationId ?? "none";
      return task.post("override", { ...SAID, operationId, result: "by hand" });
    }
    case "transfer":
      return task.post("transfer", { ...SAID, owner: "bob" });
    case "kill":
      return scene.engine.call("holdfast.control/kill", {
        ...SAID,
        agent: task.agent,
        taskId: task.id,
      });
    case "send":
      return task.post("send", message);
    case "interrupt":
    case "queue":
      return task.post("send", { ...message, mode: act });
    case "pause":
    case "resume":
    case "quarantine":
    case "complete":
    case "retire":
    case "cancel":
    case "retry":
      return task.post(act, SAID);
  }
}

/** A model call, and a segment that fails, are waited for by what does not abort them. */
function waits(phase: Phase, act: Act): boolean {
  if (phase !== "model-call" && phase !== "backoff") return false;
  return ["pause", "transfer", "send", "queue"].includes(act);
}

async function expectSettled(task: Task, phase: Phase, executions: number): Promise<void> {
  const view = await task.status();
  const unknown = IN_FLIGHT.includes(phase) ? 1 : 0;
  expect(view.operations).toEqual([]);
  expect(view.settlement, JSON.stringify(view)).toMatchObject({ unknown, committed: 0 });
  expect(executions).toBe(unknown);
  // A timer of a park that is over, or a nudge, stays with the engine until it is due.
  await vi.waitFor(async () => {
    const open = await openInvocations(scene.engine, task);
    expect(open.filter((each) => !/^(wake|nudge) scheduled$/.test(each))).toEqual([]);
  }, PATIENCE);
}

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

describe.each(PHASES)("in the phase %s", (phase) => {
  let desk: PhaseDesk;
  beforeAll(async () => {
    desk = await openPhase(scene, phase);
  });

  it.concurrent.each(ACTS)("R29 R72 F18 %s", async (act) => {
    const task = await desk.enter(act);
    const before = (await task.log()).length;
    const wanted = expected(phase, act);
    const answer = perform(scene, task, act);
    const since = async () => (await task.log()).slice(before);
    if (waits(phase, act)) {
      // A segment that fails for long lets it in by itself.
      await Promise.any([commandWaits(scene.engine, task), applied(since, wanted)]);
      desk.release(task.id);
    }
    const { status, body } = await answer;
    const wantedAnswer = "refused" in wanted ? `412 ${wanted.refused}` : "200 undefined";
    expect(`${status} ${codeOf(body)}`, JSON.stringify(body)).toBe(wantedAnswer);
    await ("refused" in wanted
      ? expectNothing(since)
      : expectDone({ task, act, phase, wanted, since, desk }));
    desk.release(task.id);
  });
});

type Since = () => Promise<readonly TaskEvent[]>;

/** The log has nothing of it: what else is there, time and the segment itself have done. */
async function expectNothing(since: Since): Promise<void> {
  const ours = (await since()).filter(
    ({ actor, type }) => actor.id === SAID.by || type.startsWith("message."),
  );
  expect(ours).toEqual([]);
}

function applied(since: Since, wanted: Expected): Promise<void> {
  const type = "event" in wanted ? wanted.event : undefined;
  return vi.waitFor(async () => {
    expect((await since()).map((each) => each.type)).toContain(type);
  }, PATIENCE);
}

interface Taken {
  readonly task: Task;
  readonly act: Act;
  readonly phase: Phase;
  readonly wanted: Exclude<Expected, { refused: string }>;
  readonly since: Since;
  readonly desk: PhaseDesk;
}

async function expectDone(taken: Taken): Promise<void> {
  const { task, act, phase, wanted, since, desk } = taken;
  const event = await vi.waitFor(async () => {
    const found = (await since()).find(({ type }) => type === wanted.event);
    expect(found, wanted.event).toBeDefined();
    return found;
  }, PATIENCE);
  const { status: is } = wanted;
  if (is !== undefined) await task.until(is);
  if (is === "cancelled" || is === "retired" || is === "killed")
    await expectSettled(task, phase, desk.executions(task.id));
  const said = { reason: SAID.reason, actor: { kind: "operator", id: SAID.by } };
  expect(event).toMatchObject(VERBS_OF_OPERATORS.has(act) ? said : {});
  expect(desk.executions(task.id)).toBeLessThanOrEqual(IN_FLIGHT.includes(phase) ? 1 : 0);
}

/** Those whose first event is the one that is looked for. */
const VERBS_OF_OPERATORS: ReadonlySet<Act> = new Set([
  "pause",
  "pause-now",
  "quarantine",
  "override",
  "transfer",
  "complete",
  "kill",
]);

function codeOf(body: unknown): string | undefined {
  return (body as { metadata?: { code?: string } }).metadata?.code;
}
