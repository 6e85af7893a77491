// Owns what "the engine has no place" is to a task, to a tool's service and to an approval: each gives its
// own place back, comes back later and not all at once, and nothing was done meanwhile.
import type { ObjectContext } from "@restatedev/restate-sdk";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ApprovalPorts, EvidenceAnswer } from "../../contract/approval-api.ts";
import type { ApprovalPackage } from "../../contract/approval.ts";
import { ENGINE_BUSY, engineBusy } from "../../contract/engine-busy.ts";
import { EFFECT_CLASSES } from "../../contract/effect-class.ts";
import { waitForProvider } from "../../core/park.ts";
import { spread } from "../../core/spread.ts";
import { retryTime } from "../../core/transition/blocked.ts";
import { onNoEstimate } from "../../core/transition/budget.ts";
import { evidenceProblem } from "../../objects/approval/check-evidence.ts";
import { defineTool } from "../../tools/define-tool.ts";
import { packageOf } from "../approval/support/approval-package.ts";
import { agentWith, startedTask } from "../core/core-task.ts";
import { execute } from "../tools/host-runner.ts";

const { limits } = agentWith();
const { head } = startedTask();

describe("a task for which the engine has no place", () => {
  it("parks at once, however short the pause is, and longer each time", () => {
    const pauses = [1, 2, 3, 4, 9].map((providerFailures) => {
      const failing = { ...head, turn: { ...head.turn, providerFailures } };
      const trouble = { kind: "wait", code: ENGINE_BUSY, retryAfterMs: 1_000 } as const;
      const wait = waitForProvider(failing, limits, trouble, { ms: 0, now: 500 });
      expect(wait).toMatchObject({
        park: { type: "task.parked", data: { status: "waiting-provider", reason: ENGINE_BUSY } },
      });
      return "park" in wait && wait.park.type === "task.parked" ? wait.park.data.wakeAt : undefined;
    });
    expect(pauses).toEqual([1_500, 2_500, 4_500, 8_500, 8_500]);
    expect(onNoEstimate({ ok: false, code: ENGINE_BUSY, retryAt: 7 }, 0)).toMatchObject({
      type: "task.parked",
      data: { status: "waiting-provider", reason: ENGINE_BUSY, wakeAt: 7 },
    });
  });

  it("has a call made again after a pause of its own", () => {
    const blocked = {
      outcome: "blocked",
      code: "busy",
      reason: "",
      toolVersion: "1",
      startedAt: head.updatedAt,
      durationMs: 0,
    } as const;
    const pauseOf = (taskUid: string, times: number) =>
      retryTime({ ...head, taskUid }, blocked, times) - head.updatedAt;
    for (const times of [0, 1, 9]) {
      const pauses = Array.from({ length: 50 }, (_, n) => pauseOf(`uid-${n}`, times));
      const shortest = Math.min(2_000 * 2 ** times, 300_000);
      expect(Math.min(...pauses)).toBeGreaterThanOrEqual(shortest);
      expect(Math.max(...pauses)).toBeLessThanOrEqual(2 * shortest);
      expect(new Set(pauses).size).toBeGreaterThan(40);
    }
  });

  it("never comes back before the pause is over, nor after twice of it", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.string(), (pause, text) => {
        const found = spread(pause, text);
        expect(found).toBe(spread(pause, text));
        return found >= pause && found <= 2 * pause;
      }),
    );
  });
});

describe("a tool whose authority cannot be asked for want of a place", () => {
  it.each(EFFECT_CLASSES)("L8 does nothing, and does not wait for it: %s", async (effect) => {
    let done = 0;
    const tool = defineTool({
      name: "act",
      description: "Acts.",
      input: z.object({}),
      output: z.string(),
      effect,
      ...(effect === "reversible" ? { compensate: () => ({ outcome: "undone" as const }) } : {}),
      execute: () => `${(done += 1)}`,
    });
    const checkAuthority = () => Promise.reject(engineBusy());
    const { answer, names } = await execute(tool, {}, { checkAuthority });
    expect(answer).toMatchObject({ outcome: "blocked", code: "busy" });
    expect(done).toBe(0);
    expect(names.filter((name) => name.startsWith("pause"))).toEqual([]);
  });
});

describe("an approval that cannot look at its evidence for want of a place", () => {
  /** The log cannot be read, and the task says this of it; the artifacts have this problem. */
  async function found(answer: EvidenceAnswer, artifacts?: string) {
    const asked: unknown[] = [];
    const ctx = {
      run: (_: string, action: () => unknown) => Promise.resolve(action()),
      genericCall: (call: unknown) => (asked.push(call), Promise.resolve(answer)),
    } as unknown as ObjectContext;
    const ports = {
      evidenceProblem: async ({ evidence }: ApprovalPackage) => {
        if (evidence.events.length > 0) throw engineBusy();
        return artifacts;
      },
    } as unknown as ApprovalPorts;
    return { problem: await evidenceProblem(ctx, ports, packageOf()), asked };
  }

  it("R34 asks the task itself, and looks at the rest", async () => {
    const { problem, asked } = await found({});
    expect(problem).toBeUndefined();
    const { evidence } = packageOf();
    expect(asked).toMatchObject([
      {
        service: "desk",
        key: "t",
        method: "checkEvidence",
        parameter: { events: evidence.events },
      },
    ]);
    expect((await found({ problem: "event 0 is missing" })).problem).toBe("event 0 is missing");
    expect((await found({}, "the digest is wrong")).problem).toBe("the digest is wrong");
  });
});
