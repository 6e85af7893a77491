// Owns bringing a task into each phase in which somebody may act on it: an agent per phase whose
// model and tools do what the phase needs, and stop at a gate per task until it is let go.
import type { ArtifactStore } from "../../../contract/artifact.ts";
import type { ModelRequest } from "../../../contract/model.ts";
import type { TaskStatus } from "../../../contract/status.ts";
import type { CountedTool } from "../../agent/support/clerk-tools.ts";
import { countedTool } from "../../agent/support/clerk-tools.ts";
import type { Gate } from "../../agent/support/gate.ts";
import { createGate } from "../../agent/support/gate.ts";
import type { DeskSpec, Scene } from "../../agent/support/scene.ts";
import type { Reply } from "../../agent/support/scripted-model.ts";
import { asksFor, says, scriptedModel } from "../../agent/support/scripted-model.ts";
import type { Task } from "../../agent/support/task.ts";
import { changedArtifacts } from "../../support/changed-artifacts.ts";

export const PHASES = [
  "model-call",
  "tool-call",
  "approval",
  "backoff",
  "provider-wait",
  "parked",
  "idle",
  "failed",
  "ended",
] as const;
export type Phase = (typeof PHASES)[number];

/** The status that a phase shows. */
export const STATUS_IN: Readonly<Record<Phase, TaskStatus>> = {
  "model-call": "running",
  "tool-call": "running",
  approval: "waiting-approval",
  backoff: "running",
  "provider-wait": "waiting-provider",
  parked: "waiting-tool",
  idle: "idle",
  failed: "failed",
  ended: "completed",
};

export interface PhaseDesk {
  /** A task that is in the phase. */
  enter(id: string): Promise<Task>;
  /** Whatever holds the task in its phase lets go. */
  release(id: string): void;
  /** How often the tool was executed for a task. */
  executions(id: string): number;
}

/** Bounds of an answer that is stored apart. */
const LARGE = 40_000;

export async function openPhase(scene: Scene, phase: Phase): Promise<PhaseDesk> {
  const gates = new Map<string, Gate>();
  const released = new Set<string>();
  const gateOf = (id: string): Gate => {
    const gate = gates.get(id) ?? createGate();
    gates.set(id, gate);
    return gate;
  };
  const tool = gatedTool(phase, gateOf);
  const model = scriptedModel(async (request, signal) => {
    const [id = "", ...more] = usersIn(request);
    const answered = request.messages.some(({ role }) => role === "tool");
    if (more.length > 0 || answered || released.has(id)) return says("answered");
    if (phase === "model-call") await gateOf(id).pass(signal);
    return firstReply(phase, id, tool.tool.name);
  });
  const spec: DeskSpec = {
    name: `in-${phase}`,
    model,
    tools: [tool.tool],
    limits: { toolWaitMs: phase === "parked" ? 1_500 : 30_000, maxProviderWaitMs: 100 },
    agent: { oneShot: phase === "ended" },
    ...(phase === "backoff" ? { app: { artifacts: failing(scene, released, gateOf) } } : {}),
  };
  const desk = await scene.open(spec);
  return {
    enter: (id) => enter(phase, desk.task(id), gateOf(id)),
    release(id) {
      released.add(id);
      gateOf(id).open();
    },
    executions: (id) => tool.given.filter((each) => each === id).length,
  };
}

async function enter(phase: Phase, task: Task, gate: Gate): Promise<Task> {
  await task.start(task.id, "ann");
  // Its attempts fail: the second failing shows that the engine tries again.
  if (phase === "backoff") await gate.reached(2);
  else if (phase === "model-call" || phase === "tool-call" || phase === "parked")
    await gate.reached();
  await task.until(STATUS_IN[phase]);
  return task;
}

function usersIn({ messages }: ModelRequest): readonly string[] {
  return messages.flatMap((each) => {
    if (each.role !== "user") return [];
    return [each.parts.map((part) => (part.type === "text" ? part.text : "")).join("")];
  });
}

function firstReply(phase: Phase, id: string, tool: string): Reply {
  switch (phase) {
    case "tool-call":
    case "parked":
    case "approval":
      return asksFor([tool, { what: id }]);
    case "backoff":
      return says(`<${id}>`.padEnd(LARGE, "."));
    case "provider-wait":
      return { kind: "wait", code: "overloaded", retryAfterMs: 3_600_000 };
    case "failed":
      return { kind: "terminal", code: "content_filter" };
    case "model-call":
    case "idle":
    case "ended":
      return says("answered");
  }
}

function gatedTool(phase: Phase, gateOf: (id: string) => Gate): CountedTool {
  const gate: Gate = { ...createGate(), pass: async () => undefined };
  const counted = countedTool({
    name: `wire-${phase}`,
    effect: "financial",
    approval: phase === "approval" ? "default" : "never",
    gate,
  });
  const gated = phase === "tool-call" || phase === "parked";
  if (!gated) return counted;
  // The gate is the task's, which the arguments name.
  gate.pass = (signal) => gateOf(counted.given.at(-1) ?? "").pass(signal);
  return counted;
}

/** Refuses what an answer of a task holds, until it is released: each attempt of its segment fails. */
function failing(
  { surroundings }: Scene,
  released: ReadonlySet<string>,
  gateOf: (id: string) => Gate,
): ArtifactStore {
  return changedArtifacts(surroundings.artifacts, (own) => ({
    put: async (bytes, mediaType) => {
      const [, id] = /<(.+?)>/.exec(new TextDecoder().decode(bytes)) ?? [];
      if (id !== undefined && !released.has(id)) {
        void gateOf(id).pass();
        throw new Error("the store is full");
      }
      return own.put(bytes, mediaType);
    },
  }));
}
