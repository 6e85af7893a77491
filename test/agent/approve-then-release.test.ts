// Owns the attempts to have a call approved under one release and executed by another (R37, R96): a
// continuation of approve-x-execute-y.test.ts.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OperationView } from "../../contract/api.ts";
import type { AppOptions } from "../../index.ts";
import type { ApprovalDesk, World } from "./support/approval-desk.ts";
import {
  answerOf,
  approvalsOf,
  approve,
  newWorld,
  REFUND,
  refundTool,
} from "./support/approval-desk.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { asksFor, says, scriptedModel } from "./support/scripted-model.ts";
import { dataOf, type Task } from "./support/task.ts";

type Shown = NonNullable<OperationView["proposal"]>;

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

describe("R37 R96 another release between the approval and the execution", () => {
  /** A desk, and a way to put another release of it into its place. */
  async function release(name: string) {
    const world = newWorld();
    const model = scriptedModel(({ messages }) =>
      messages.at(-1)?.role === "user" ? asksFor([name, REFUND]) : says("done"),
    );
    const serve = (
      change: {
        readonly version?: string;
        readonly agent?: string;
        readonly resource?: (input: { readonly order: string }) => string;
        readonly app?: Partial<AppOptions>;
      } = {},
    ) => {
      const tool = refundTool(name, world, { version: change.version ?? "1" });
      const { resource } = change;
      return scene.open({
        name: `desk-of-${name}`,
        model,
        tools: [resource === undefined ? tool : { ...tool, resource }],
        agent: { version: change.agent ?? "1" },
        ...(change.app === undefined ? {} : { app: change.app }),
      });
    };
    const desk = await serve();
    const task = desk.task("t");
    await task.start("Refund it.");
    return { task, world, serve, ...approvalsOf(scene, task) };
  }

  const expectAskedAnew = async (
    { task, world, decide }: { task: Task; world: World; decide: ApprovalDesk["decide"] },
    first: Shown,
  ): Promise<void> => {
    const [, second] = await task.logged("approval.requested", 2);
    expect(second?.digest).not.toBe(first.digest);
    expect(world.refunds).toEqual([]);
    await task.logged("approval.opened", 2);
    await decide(second?.approvalId ?? "", approve(second?.digest));
    await task.until("idle");
    expect(world.refunds).toHaveLength(1);
  };

  it("of the tool: what was approved is not executed, and is asked anew", async () => {
    const it1 = await release("new-tool");
    const first = await it1.proposal();
    await it1.serve({ version: "2" });
    await it1.decide(first.approvalId, approve(first.digest));
    await expectAskedAnew(it1, first);
    const requested = dataOf(await it1.task.log(), "approval.requested");
    expect(requested.map(({ toolVersion }) => toolVersion)).toEqual(["1", "2"]);
  });

  it("of the agent: what was approved is not executed, and is asked anew", async () => {
    const it1 = await release("new-agent");
    const first = await it1.proposal();
    await it1.serve({ agent: "2" });
    await it1.decide(first.approvalId, approve(first.digest));
    await expectAskedAnew(it1, first);
    expect(dataOf(await it1.task.log(), "approval.stale")).toMatchObject([
      { changes: [{ what: "agent-version", captured: "1", now: "2" }] },
    ]);
  });

  it("of what the call touches: what was approved is not executed, and is asked anew", async () => {
    const it1 = await release("new-target");
    const first = await it1.proposal();
    await it1.serve({ resource: ({ order }) => `account-of/${order}` });
    await it1.decide(first.approvalId, approve(first.digest));
    await expectAskedAnew(it1, first);
    const requested = dataOf(await it1.task.log(), "approval.requested");
    expect(requested.map(({ resource }) => resource)).toEqual(["order/1017", "account-of/1017"]);
  });

  it("of the policies: no decision counts any more, and it is asked anew", async () => {
    const it1 = await release("new-policy");
    const first = await it1.proposal();
    await it1.serve({ app: { approvals: { default: { expiresAfterMs: 60_000 } } } });
    const answer = await it1.decide(first.approvalId, approve(first.digest));
    expect(answerOf(answer)).toBe("412 approval_stale");
    await expectAskedAnew(it1, first);
    const [one, two] = dataOf(await it1.task.log(), "approval.requested");
    expect(two?.policyVersion).not.toBe(one?.policyVersion);
    expect((two?.expiresAt ?? 0) - (two?.requestedAt ?? 0)).toBe(60_000);
    // Others go by the policies of before again.
    await it1.serve();
  });
});
