// Owns the inbox over all agents through the gateway, on the real server: filters, who looks at what, and
// one decision on many approvals, each as it was previewed.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { EventsPage } from "../../contract/api.ts";
import type { BatchDecision, BatchPreview } from "../../contract/approval-batch.ts";
import type { ApprovalList } from "../../contract/lists.ts";
import type { Explanation } from "../../contract/explanation.ts";
import { PATIENCE } from "../agent/support/task.ts";
import { type GatewayScene, openGatewayScene, type Person } from "./support/gateway-scene.ts";

describe("the inbox of approvals", () => {
  let scene: GatewayScene;
  beforeAll(async () => {
    scene = await openGatewayScene();
  });
  afterAll(() => scene.stop());

  const call = (path: string, person: Person, body?: object) =>
    scene.call(path, {
      as: scene.keyOf("acme", person),
      ...(body === undefined ? {} : { method: "POST", body }),
    });
  const task = (id: string) => `/v1/agents/desk/tasks/${id}`;
  const list = async (query: string, person: Person = "bob") => {
    const { body, status, text } = await call(`/v1/approvals?${query}`, person);
    expect(status, text).toBe(200);
    return body as unknown as ApprovalList;
  };
  const idsOf = ({ approvals }: ApprovalList) => approvals.map(({ taskId }) => taskId);
  /** A task of ann's that asks for a refund: its approval and the digest. */
  const ask = async (id: string) => {
    await call(`${task(id)}/start`, "ann", { message: "a refund, please" });
    const { operation } = await scene.waiting("acme", id);
    const { approvalId = "", digest = "" } = operation.proposal ?? {};
    return { approvalId, digest };
  };

  it("R97 R100 a claim is seen in the inbox, in the log and by who asks why; it keeps nobody from deciding", async () => {
    const { approvalId, digest } = await ask("claimed");
    const at = `/v1/approvals/${approvalId}`;
    expect(idsOf(await list("claimed=by-nobody"))).toContain("claimed");
    const claimed = await call(`${at}/claim`, "bob", {});
    expect(claimed.body, claimed.text).toMatchObject({
      result: "claimed",
      claim: { by: "acme-bob" },
    });
    // The owner may not decide, and so not claim.
    expect((await call(`${at}/claim`, "ann", {})).body).toMatchObject({
      code: "approval_forbidden",
    });
    await vi.waitFor(
      async () => expect(idsOf(await list("claimed=by-me"))).toEqual(["claimed"]),
      PATIENCE,
    );
    expect(idsOf(await list("claimed=by-others", "ann"))).toEqual(["claimed"]);
    expect(idsOf(await list("claimed=by-nobody"))).not.toContain("claimed");
    const { text, blockers } = (await call(`${task("claimed")}/explain`, "ann"))
      .body as unknown as Explanation;
    expect(text).toContain("acme-bob has claimed it until 20");
    expect(blockers[0].how[0]?.command).toBe(`holdfast approvals approve ${approvalId}`);
    expect(blockers[0].how[1]?.command).toMatch(/^holdfast withdraw desk\/claimed --operation /);
    const released = await call(`${at}/release`, "bob", {});
    expect(released.body).toEqual({ result: "released" });
    await call(`${at}/claim`, "bob", { forMs: 60_000 });
    await vi.waitFor(async () => {
      const { events } = (await call(`${task("claimed")}/events?limit=500`, "ann"))
        .body as unknown as EventsPage;
      expect(events.filter(({ type }) => /claimed|released/.test(type))).toMatchObject([
        { type: "approval.claimed", actor: { kind: "operator", id: "acme-bob" } },
        { type: "approval.released", actor: { id: "acme-bob" } },
        { type: "approval.claimed" },
      ]);
    }, PATIENCE);
    const foreign = await scene.call(`${at}/claim`, {
      method: "POST",
      as: scene.keyOf("globex", "bob"),
      body: {},
    });
    expect(foreign.body).toMatchObject({ code: "approval_not_found" });
    await call(`${at}/reject`, "bob", { digest });
    await vi.waitFor(async () => expect(idsOf(await list(""))).toEqual([]), PATIENCE);
  });

  it("filters by risk, agent, kind, age and deadline, page by page", async () => {
    await Promise.all(["f-1", "f-2", "f-3"].map(ask));
    const all = ["f-1", "f-2", "f-3"];
    const soon = Date.now() + 2 * 24 * 60 * 60 * 1000;
    for (const query of [
      "risk=high",
      "risk=low,high",
      "agent=desk",
      "kind=call",
      `askedBefore=${soon}`,
      `expiresBefore=${soon}`,
    ])
      expect(idsOf(await list(query)).toSorted(), query).toEqual(all);
    for (const query of [
      "risk=low,medium",
      "agent=boss",
      "kind=review",
      "kind=budget",
      "askedBefore=1000",
      "expiresBefore=1000",
      "claimed=by-me",
    ])
      expect(await list(query), query).toEqual({ approvals: [] });
    const paged: string[] = [];
    for (let cursor: string | undefined = ""; cursor !== undefined;) {
      const after: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const page: ApprovalList = await list(`risk=high&limit=1${after}`);
      expect(page.approvals).toHaveLength(1);
      paged.push(...idsOf(page));
      ({ cursor } = page);
    }
    expect(paged.toSorted()).toEqual(all);
    for (const wrong of ["risk=grave", "claimed=me", "askedBefore=soon", "tool="])
      expect((await call(`/v1/approvals?${wrong}`, "bob")).status, wrong).toBe(400);
  });

  it("R96 many are decided at once, each on what its preview showed; who was first is told of each", async () => {
    const asked = await Promise.all(["b-1", "b-2", "b-3"].map(ask));
    const approvalIds = [...asked.map(({ approvalId }) => approvalId), "0".repeat(64)];
    const before = await call(`${task("b-1")}/events?limit=500`, "ann");
    const preview = async (person: Person) => {
      const answer = await call("/v1/approvals/preview", person, {
        decision: "approve",
        approvalIds,
      });
      expect(answer.status, answer.text).toBe(200);
      return (answer.body as unknown as BatchPreview).items;
    };
    const items = await preview("bob");
    expect(items).toMatchObject([
      ...asked.map(({ digest }) => ({
        approval: { digest, call: { tool: "refund" }, requester: { by: "acme-ann" } },
        foreseen: { result: "settled", state: "approved", approvals: 1, quorum: 1 },
      })),
      { error: { status: 404, code: "approval_not_found" } },
    ]);
    // Whoever may not decide is told so before.
    expect((await preview("ann"))[0]).toMatchObject({
      foreseen: { result: "refused", code: "approval_forbidden" },
    });
    // A look leaves nothing behind.
    expect((await call(`${task("b-1")}/events?limit=500`, "ann")).text).toBe(before.text);

    const [first, second] = asked;
    await call(`/v1/approvals/${first?.approvalId}/reject`, "bob", { digest: first?.digest });
    const changed = asked.map((each) =>
      each === second ? { ...each, digest: "1".repeat(64) } : each,
    );
    const decided = await call("/v1/approvals/decide", "bob", {
      decision: "approve",
      message: "all good",
      items: changed,
    });
    expect(decided.status, decided.text).toBe(200);
    expect((decided.body as unknown as BatchDecision).items).toMatchObject([
      {
        error: {
          status: 412,
          code: "approval_decided",
          details: { by: "acme-bob", decision: "rejected" },
        },
      },
      { error: { status: 412, code: "approval_mismatch" } },
      { result: "settled", state: "approved", receipt: { by: "acme-bob" } },
    ]);
    const again = await call("/v1/approvals/decide", "bob", {
      decision: "approve",
      items: asked.slice(2),
    });
    // The same decision again has the same receipt.
    expect((again.body as unknown as BatchDecision).items[0]).toEqual(
      (decided.body as unknown as BatchDecision).items[2],
    );
    const twice = [asked[0], asked[0]];
    expect(
      (await call("/v1/approvals/decide", "bob", { decision: "reject", items: twice })).status,
    ).toBe(400);
  });
});
