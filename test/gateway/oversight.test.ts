// Owns what the gateway tells those who oversee a fleet, on the real server: effects of unknown outcome,
// budgets, the rules in force, and the search over all logs. The wall around it is tenants.test.ts's.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type {
  AuditPage,
  BudgetList,
  RulesView,
  UnknownEffectList,
} from "../../contract/oversight.ts";
import { createGateway, defineBudgets, type Gateway } from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { countedTool } from "../agent/support/clerk-tools.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { asksFor, says, scriptedModel } from "../agent/support/scripted-model.ts";
import { PATIENCE, type Task } from "../agent/support/task.ts";

describe("those who oversee", () => {
  let scene: Scene;
  let gateway: Gateway;
  let task: (taskId: string) => Task;
  beforeAll(async () => {
    scene = await openScene();
    const { ingressUrl, adminUrl } = scene.engine;
    gateway = createGateway({ ingressUrl, adminUrl, logger: createLogger("silent") });
    const pay = countedTool({
      name: "pay",
      effect: "financial",
      approval: "never",
      result: () => {
        throw new Error("the line went dead");
      },
    });
    ({ task } = await scene.open({
      name: "payer",
      model: scriptedModel(({ messages }) =>
        messages.at(-1)?.role === "tool" ? says("done") : asksFor(["pay", { what: "rent" }]),
      ),
      tools: [pay.tool],
      app: {
        policies: `@id("no-gold") forbid(principal, action, resource == Tool::"gold");`,
        approvals: { byTool: { pay: { deciders: ["bea"], quorum: 1 } } },
        budgets: defineBudgets({
          levels: { tenant: { limit: { steps: 50 } }, owner: {}, task: {} },
        }),
        prices: [{ model: "m", from: "2020-01-01", inputPerMillion: 0, outputPerMillion: 0 }],
      },
      only: { control: true },
    }));
    await task("rent").post("start", { message: "pay the rent", owner: "ada" });
    await task("rent").until("waiting-reconcile");
  });
  afterAll(() => scene.stop());

  const get = async <T>(path: string): Promise<T> => {
    const answer = await gateway.fetch(new Request(`http://127.0.0.1${path}`));
    const body = (await answer.json()) as T;
    expect(answer.status, JSON.stringify(body)).toBe(200);
    return body;
  };
  const statusOf = async (path: string) =>
    (await gateway.fetch(new Request(`http://127.0.0.1${path}`))).status;

  it("R73 search finds who did what, when and why, over all tasks, page by page", async () => {
    const after = Date.now() - 60 * 60 * 1000;
    await task("other").post("start", { message: "pay it", owner: "ada" });
    await task("other").until("waiting-reconcile");
    await task("other").post("pause", { reason: "the bank is closed", by: "otto" });
    const search = (query: string) => get<AuditPage>(`/v1/audit?${query}`);
    await vi.waitFor(async () => {
      const { events } = await search(`by=otto&after=${after}`);
      expect(events).toMatchObject([
        { agent: "payer", taskId: "other", event: { reason: "the bank is closed" } },
      ]);
    }, PATIENCE);
    const started = await search("type=task.started");
    expect(started).toMatchObject({ tasks: 2 });
    expect(started.events.map(({ taskId }) => taskId)).toEqual(["other", "rent"]);
    expect((await search("type=task.st")).events).toHaveLength(2);
    expect((await search("type=task.started&taskId=rent")).events).toHaveLength(1);
    expect((await search("actor=operator")).events.map(({ event }) => event.actor)).toEqual([
      { kind: "operator", id: "otto" },
    ]);
    expect(await search(`before=${after}`)).toEqual({ events: [], tasks: 0 });
    expect(await search(`after=${Date.now() + 3_600_000}`)).toEqual({ events: [], tasks: 0 });
    const first = await search("type=task.started&tasks=1");
    expect(first).toMatchObject({ tasks: 1, events: [{ taskId: "other" }] });
    expect(await search(`type=task.started&tasks=1&cursor=${first.cursor}`)).toEqual({
      tasks: 1,
      events: [expect.objectContaining({ taskId: "rent" })],
    });
    for (const wrong of ["actor=nobody", "tasks=1000", "cursor=x", "who=otto"])
      expect(await statusOf(`/v1/audit?${wrong}`), wrong).toBe(400);
  });

  it("R95 an effect that nobody knows of is listed until somebody says what became of it", async () => {
    const list = () => get<UnknownEffectList>("/v1/effects/unknown");
    const rent = (await list()).effects.find(({ taskId }) => taskId === "rent");
    expect(rent).toMatchObject({
      agent: "payer",
      owner: "ada",
      tool: "pay",
      effect: "financial",
      risk: "high",
      status: "waiting-reconcile",
    });
    const { operationId } = rent ?? {};
    await task("rent").post("settle", { operationId, outcome: "applied", reason: "it is paid" });
    await vi.waitFor(
      async () => expect((await list()).effects.map(({ taskId }) => taskId)).not.toContain("rent"),
      PATIENCE,
    );
    expect(await get("/v1/effects/unknown?agent=nobody")).toEqual({ effects: [] });
  });

  it("R98 budgets are listed with their limits and what is used", async () => {
    const seen: BudgetList["budgets"][number][] = [];
    for (let cursor: string | undefined = ""; cursor !== undefined;) {
      const after: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const page: BudgetList = await get<BudgetList>(`/v1/budgets?limit=1${after}`);
      seen.push(...page.budgets);
      ({ cursor } = page);
    }
    expect(seen.map(({ level, owner }) => [level, owner])).toEqual([
      ["owner", "ada"],
      ["tenant", undefined],
    ]);
    expect(seen[1]?.limit).toEqual({ steps: 50 });
  });

  it("R42 R45 the rules in force are told: policies, tools with their class, and who decides", async () => {
    const rules = await get<RulesView>("/v1/rules");
    expect(rules.policies).toContainEqual({
      id: "no-gold",
      text: expect.stringContaining('Tool::"gold"'),
    });
    expect(rules.policyVersion).toMatch(/^[0-9a-f]{64}$/);
    expect(rules.agents).toMatchObject([
      {
        agent: "payer",
        tools: [{ tool: "pay", effect: "financial", risk: "high", rule: { deciders: ["bea"] } }],
      },
    ]);
  });
});
