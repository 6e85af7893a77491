// Owns the output review as those see it who wait for an answer, who release it, and who asked for
// it: over the ingress of a real server, and in virtual time where time decides (R70, R35, R97).
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { APPROVAL_SERVICE } from "../../contract/approval.ts";
import type { ApprovalView } from "../../contract/approval-api.ts";
import type { ReviewWhen } from "../../contract/review.ts";
import type { AgentSpec, AppOptions } from "../../index.ts";
import { defineAgent, defineTool } from "../../index.ts";
import { createVirtualClock, runInMemory, scriptedModel } from "../../testing/index.ts";
import type { ScriptStep } from "../../testing/index.ts";
import { openScene, type Scene } from "./support/scene.ts";
import type { Task } from "./support/task.ts";
import { dataOf } from "./support/task.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

const post = defineTool({
  name: "post",
  description: "Posts a letter.",
  input: z.strictObject({}),
  output: z.string(),
  effect: "communication",
  approval: "never",
  execute: () => "posted",
});

const posts = { calls: [{ tool: "post", arguments: {} }] };
const rule = (more: object = {}): NonNullable<AppOptions["approvals"]> => ({
  byTool: { "holdfast.review": { deciders: ["ada", "bob", "owen"], ...more } },
});

async function desk(
  name: string,
  script: readonly ScriptStep[],
  agent: Partial<AgentSpec<unknown>> = {},
  approvals = rule(),
): Promise<Task> {
  const model = scriptedModel(script);
  const spec = { review: {}, ...agent };
  const opened = await scene.open({ name, model, tools: [post], agent: spec, app: { approvals } });
  return opened.task("t");
}

const call = (id: string | undefined, handler: string, body: unknown) =>
  scene.engine.call(`${APPROVAL_SERVICE}/${id}/${handler}`, body);

async function held(task: Task) {
  const { review, reason } = await task.until("waiting-approval");
  if (review === undefined) throw new Error("no answer waits for its review");
  const shown = (await call(review.approvalId, "show", { compare: true })).body as ApprovalView;
  const decide = (body: object) =>
    call(review.approvalId, "decide", { digest: review.digest, ...body });
  return { review, reason, shown, decide };
}

describe("R70 an answer after an effect", () => {
  it("R35 R97 waits for the persons of the rule while `ask` waits for it", async () => {
    const task = await desk("asked", [posts, "Posted."], {}, rule({ quorum: 2 }));
    const asked = task.ask({ message: "Post it.", from: "owen", timeoutMs: 60_000 });
    const { review, reason, shown, decide } = await held(task);
    expect(reason).toBe("the answer waits for its output review");
    expect(review).toMatchObject({ approvals: 0, quorum: 2 });
    expect(shown.call).toMatchObject({
      tool: "holdfast.review",
      arguments: { text: '{"text":"Posted."}' },
    });
    expect(shown.state).toBe("open");
    const log = await task.log();
    const proof = shown.evidence.events.map(
      ({ seq, hash }) => log.find((e) => e.seq === seq && e.hash === hash)?.type,
    );
    expect(proof).toEqual([
      "message.received",
      "model.answered",
      "tool.returned",
      "model.answered",
    ]);

    expect(await decide({ decision: "approve", by: "eve" })).toMatchObject({ status: 403 });
    expect(await decide({ decision: "approve", by: "owen" })).toMatchObject({ status: 403 });
    expect(await decide({ decision: "approve", by: "ada" })).toMatchObject({ status: 200 });
    expect((await task.logged("review.noticed", 4)).at(-1)?.notice.type).toBe("recorded");
    expect(dataOf(await task.log(), "turn.completed")).toEqual([]);
    expect(await decide({ decision: "approve", by: "bob" })).toMatchObject({ status: 200 });
    expect(await asked).toMatchObject({ turn: { result: "completed", answer: "Posted." } });
    const after = await task.log();
    expect(dataOf(after, "turn.completed")).toMatchObject([{ approvalId: review.approvalId }]);
    expect(dataOf(after, "review.due")).toMatchObject([{ touched: ["communication"] }]);
  });

  it("R39 is the person's who has rewritten it, in the form that the agent declares", async () => {
    const output = z.strictObject({ said: z.string() });
    const task = await desk("typed", [posts, '{"said":"yes"}'], { output });
    await task.start("Post it.", "owen");
    const { decide } = await held(task);
    const edit = (answer: object) => decide({ decision: "edit", by: "ada", arguments: answer });
    const refused = { status: 400, body: { metadata: { code: "invalid_edit" } } };
    for (const wrong of [{ json: { said: 7 } }, { text: "no" }, { json: {}, text: "no" }, {}])
      expect(await edit(wrong), JSON.stringify(wrong)).toMatchObject(refused);
    // As long as this it is kept as an artifact, which is what is approved then.
    const said = "no ".repeat(20_000);
    expect(await edit({ json: { said } })).toMatchObject({ status: 200 });
    const { lastTurn } = await task.until("idle");
    if (lastTurn?.artifact === undefined) throw new Error("the answer was not kept as an artifact");
    const bytes = await scene.surroundings.artifacts.ofTenant(undefined).get(lastTurn.artifact);
    expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual({ said });
    const end = (await task.log()).findLast(({ type }) => type === "turn.completed");
    expect(end).toMatchObject({
      actor: { kind: "operator", id: "ada" },
      data: { rewritten: true },
    });
    const { messages } = await task.context();
    expect(JSON.stringify(messages.at(-1))).toContain("released another answer");
  });

  it("R36 fails its turn when nobody has released it in time, and can be tried again", async () => {
    const expires = rule({ expiresAfterMs: 1_000 });
    const task = await desk("late", [posts, "Posted.", "Posted again."], {}, expires);
    await task.start("Post it.", "owen");
    const { lastTurn } = await task.until("failed");
    expect(lastTurn?.error?.code).toBe("review_expired");
    expect((await task.post("retry", { reason: "ada is back" })).status).toBe(200);
    // What was done before counts for the turn that is tried again.
    const [, second] = await task.logged("review.due", 2);
    expect(second).toMatchObject({ turn: 1, touched: ["communication"] });
  });

  it("is withdrawn from those who decide when the task is cancelled", async () => {
    const task = await desk("cancelled", [posts, "Posted."]);
    await task.start("Post it.", "owen");
    const { decide } = await held(task);
    await task.post("cancel", { reason: "not needed" });
    await task.until("cancelled");
    const late = await decide({ decision: "approve", by: "ada" });
    expect(late).toMatchObject({ body: { metadata: { code: "approval_withdrawn" } } });
    expect(dataOf(await task.log(), "turn.completed")).toEqual([]);
  });
});

describe("R70 in virtual time", () => {
  /** A call that takes so long, and an answer. */
  async function lasting(ms: number, review: ReviewWhen) {
    const clock = createVirtualClock();
    const slow = defineTool({
      ...post,
      timeoutMs: 60_000,
      execute: async () => {
        await clock.sleep(ms);
        return "posted";
      },
    });
    const model = { provider: "scripted", model: "m" };
    const agent = defineAgent({
      name: "slow",
      instructions: "Post.",
      model,
      tools: [slow],
      review,
    });
    const scripted = scriptedModel([posts, "Posted."]);
    const task = runInMemory({ agent, providers: { scripted }, clock });
    await task.start("Post it.");
    return task.until(["idle", "waiting-approval"]);
  }

  it("a turn goes to review that lasts longer than the bound, and no other", async () => {
    const review = { longerThanMs: 5_000 };
    expect((await lasting(4_000, review)).status).toBe("idle");
    expect((await lasting(6_000, review)).status).toBe("waiting-approval");
    expect((await lasting(6_000, { ...review, effects: ["financial"] })).status).toBe("idle");
  });
});
