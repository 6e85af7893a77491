// Owns a task that wants to refund an order, whose tool says what the call touches and on what
// outside state it rests; and how a person speaks to the approval of it: `show` and `decide`.
import { expect, vi } from "vitest";
import { z } from "zod";
import type { OperationView } from "../../../contract/api.ts";
import type { ApprovalView } from "../../../contract/approval-api.ts";
import { APPROVAL_SERVICE } from "../../../contract/approval.ts";
import type { AnyTool } from "../../../contract/tool.ts";
import type { AppOptions } from "../../../index.ts";
import { defineTool, toolFailure } from "../../../index.ts";
import type { Scene } from "./scene.ts";
import type { ScriptedModel, Step } from "./scripted-model.ts";
import { asksFor, says, scriptedModel } from "./scripted-model.ts";
import { PATIENCE, type Task } from "./task.ts";

/** The outside world of one desk. */
export interface World {
  /** The state on which a refund rests; empty is no order. */
  order: string;
  /** What was refunded: the arguments, as JSON, in order. */
  readonly refunds: string[];
  /** How often the tool was asked what the order is. */
  looks: number;
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> & {
    readonly metadata?: Readonly<Record<string, string>>;
  };
}

export interface ApprovalDesk {
  readonly task: Task;
  readonly world: World;
  readonly model: ScriptedModel;
  readonly tool: string;
  /** The only open proposal, once the task waits for its n-th request. */
  proposal(request?: number): Promise<NonNullable<OperationView["proposal"]>>;
  decide(approvalId: string, body: object | string): Promise<Answer>;
  show(approvalId: string, body?: object): Promise<ApprovalView>;
}

export interface DeskOf {
  /** Default: an order and an amount. A list is so many calls of one step. */
  readonly wants?: unknown;
  readonly owner?: string;
  readonly tenant?: string;
  readonly tool?: Partial<Pick<AnyTool, "version" | "effect" | "approval">>;
  readonly app?: Partial<AppOptions>;
  readonly world?: World;
  readonly script?: readonly Step[];
}

export const approve = (digest: unknown, by = "ada") => ({ decision: "approve", digest, by });

/** Status and code of an answer, such as `412 approval_decided`. */
export function answerOf({ status, body }: Answer): string {
  return `${status} ${body.metadata?.["code"]}`;
}

export const REFUND = { order: "1017", cents: 2500 };

export function newWorld(): World {
  return { order: "as it was", refunds: [], looks: 0 };
}

/** Refunds, and counts what it is asked. */
export function refundTool(name: string, world: World, more: DeskOf["tool"] = {}): AnyTool {
  return defineTool({
    name,
    version: "1",
    description: "Refunds an order.",
    input: z.strictObject({ order: z.string(), cents: z.int().min(1).max(10_000) }),
    output: z.string(),
    effect: "financial",
    ...more,
    resource: ({ order }) => `order/${order}`,
    precondition: () => {
      world.looks += 1;
      if (world.order === "") throw toolFailure("no_order", "There is no such order.");
      return world.order;
    },
    execute: async (input, { beginEffect }) => {
      await beginEffect();
      world.refunds.push(JSON.stringify(input));
      return `refunded ${input.cents}`;
    },
  });
}

let last = 0;

/** Starts a task whose model wants one refund, and then says "done". */
export async function startRefund(scene: Scene, of: DeskOf = {}): Promise<ApprovalDesk> {
  last += 1;
  const tool = `refund-${last}`;
  const world = of.world ?? newWorld();
  const wants: readonly unknown[] = Array.isArray(of.wants) ? of.wants : [of.wants ?? REFUND];
  const asks = asksFor(...wants.map((each) => [tool, each] as const));
  const model = scriptedModel(of.script ?? [asks, says("done")]);
  const desk = await scene.open({
    name: `refunds-${last}`,
    model,
    tools: [refundTool(tool, world, of.tool)],
    ...(of.app === undefined ? {} : { app: of.app }),
  });
  const task = desk.task("t");
  const { owner, tenant } = of;
  await task.post("start", { message: "Refund it.", owner, tenant });
  return { task, world, model, tool, ...approvalsOf(scene, task) };
}

export function approvalsOf(
  scene: Scene,
  task: Task,
): Pick<ApprovalDesk, "proposal" | "decide" | "show"> {
  const path = (id: string, handler: string) => `${APPROVAL_SERVICE}/${id}/${handler}`;
  return {
    proposal: (request = 1) =>
      vi.waitFor(async () => {
        const view = await task.until("waiting-approval", "stale");
        const proposal = view.operations[0]?.proposal;
        expect(proposal?.request, JSON.stringify(view)).toBe(request);
        if (proposal === undefined) throw new Error("nothing waits for a decision");
        return proposal;
      }, PATIENCE),
    async decide(id, body) {
      const response = await fetch(
        `${scene.engine.ingressUrl}/restate/call/${path(id, "decide")}`,
        { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) },
      );
      const text = await response.text();
      return { status: response.status, body: JSON.parse(text) as Answer["body"] };
    },
    async show(id, body) {
      const { status, body: view } = await scene.engine.call(path(id, "show"), body ?? {});
      expect(status, JSON.stringify(view)).toBe(200);
      return view as ApprovalView;
    },
  };
}
