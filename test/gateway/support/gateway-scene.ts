// Owns what the tests of tenants stand on: a real server, an app whose agent waits in each way that a
// task can be reached in, and a gateway that knows two tenants.
import { join } from "node:path";
import { expect, vi } from "vitest";
import type { OperationView, StatusView } from "../../../contract/api.ts";
import {
  askHuman,
  createApp,
  createFsArtifactStore,
  createGateway,
  defineAgent,
  defineBudgets,
  delegate,
  newApiKey,
  waitForEvent,
  type Worker,
} from "../../../index.ts";
import { ROLES } from "../../../gateway/roles.ts";
import { createLogger } from "../../../services/log.ts";
import { newWorld, REFUND, refundTool } from "../../agent/support/approval-desk.ts";
import { asksFor, says, scriptedModel } from "../../agent/support/scripted-model.ts";
import { PATIENCE } from "../../agent/support/task.ts";
import { startEngine, type TestEngine } from "../../support/restate.ts";
import { type Answer, type Call, clientOf, NOBODYS } from "./client.ts";
import type { Ids } from "./route-examples.ts";

export type Tenant = "acme" | "globex";
export type Person = "ann" | "bob";

export interface GatewayScene {
  readonly engine: TestEngine;
  readonly call: Call;
  /** Where the gateway listens. */
  readonly url: string;
  /** A key of a tenant with every role, of the principal `<tenant>-ann`, or another one's. */
  keyOf(tenant: Tenant, person?: Person): string;
  /** The status of a tenant's task, once it has one of the desk's waits open. */
  waiting(
    tenant: Tenant,
    taskId: string,
  ): Promise<StatusView & { readonly operation: OperationView }>;
  /** Makes one of everything that a tenant can have. */
  furnish(tenant: Tenant): Promise<Ids>;
  stop(): Promise<void>;
}

/** It does what the task's first message names, and then says "done". */
const model = scriptedModel(({ messages }) => {
  if (messages.at(-1)?.role === "tool") return says("done");
  const said = JSON.stringify(messages.filter(({ role }) => role === "user").at(-1));
  if (said.includes("delegate"))
    return asksFor(["delegate", { agent: "desk", message: "a refund, please" }]);
  if (said.includes("refund")) return asksFor(["refund", REFUND]);
  if (said.includes("question")) return asksFor(["ask_human", { question: "Which?" }]);
  if (said.includes("event"))
    return asksFor(["wait_for_event", { topic: "paid", key: "1017", deadline_seconds: 3600 }]);
  return says("done");
});

export async function openGatewayScene(
  more: Partial<Parameters<typeof createApp>[0]> = {},
): Promise<GatewayScene> {
  const engine = await startEngine();
  const encrypted = more.encryption === undefined ? {} : { encryption: more.encryption };
  const surroundings = {
    artifacts: createFsArtifactStore({
      directory: join(engine.directory, "artifacts"),
      ...encrypted,
    }),
    ingressUrl: engine.ingressUrl,
    adminUrl: engine.adminUrl,
    logger: createLogger("silent"),
  };
  const worker = await serveDesk({ ...surroundings, ...more });
  const keys = (["acme", "globex"] as const).flatMap((tenant) =>
    (["ann", "bob"] as const).map((person) => ({ tenant, person, ...newApiKey() })),
  );
  const apiKeys = keys.map(({ tenant, person, sha256 }) => ({
    sha256,
    tenant,
    principal: `${tenant}-${person}`,
    roles: [...ROLES],
  }));
  const gateway = createGateway({ ...surroundings, authentication: { apiKeys } });
  const running = await gateway.serve({ port: 0 });
  const url = `http://127.0.0.1:${running.port}`;
  const call = clientOf((path, init) => fetch(`${url}${path}`, init));
  const keyOf: GatewayScene["keyOf"] = (tenant, person = "ann") =>
    keys.find((each) => each.tenant === tenant && each.person === person)?.key ?? "";
  const waiting = waitingFor(call, keyOf);
  return {
    engine,
    call,
    url,
    keyOf,
    waiting,
    furnish: (tenant) => furnish({ call, keyOf, waiting }, tenant),
    async stop() {
      await running.close();
      // The server first: it would complain about workers that are gone.
      await engine.stop();
      await worker.drain();
    },
  };
}

async function serveDesk(options: Parameters<typeof createApp>[0]): Promise<Worker> {
  const agent = defineAgent({
    name: "desk",
    instructions: "You are a clerk.",
    model: { provider: "scripted", model: "m-1" },
    tools: [refundTool("refund", newWorld()), askHuman, waitForEvent],
  });
  const boss = defineAgent({
    name: "boss",
    instructions: "You give everything to the desk.",
    model: { provider: "scripted", model: "m-1" },
    tools: [delegate({ agents: [agent] })],
  });
  const app = createApp({
    ...options,
    agents: [agent, boss],
    providers: { scripted: model },
    budgets: defineBudgets({ levels: { task: { limit: { steps: 100 } }, tenant: {}, day: {} } }),
    prices: [{ model: "m-1", from: "2020-01-01", inputPerMillion: 0, outputPerMillion: 0 }],
  });
  const worker = await app.serve({ port: 0 });
  await worker.register();
  return worker;
}

function waitingFor(call: Call, keyOf: GatewayScene["keyOf"]): GatewayScene["waiting"] {
  return (tenant, taskId) =>
    vi.waitFor(async () => {
      const answer = await call(`/v1/agents/desk/tasks/${taskId}/status`, { as: keyOf(tenant) });
      const view = answer.body as unknown as StatusView;
      const [operation] = view.operations;
      expect(view.status, answer.text).toMatch(/^waiting-/);
      if (operation === undefined) throw new Error("it waits for nothing");
      if (view.status === "waiting-approval") expect(operation.proposal).toBeDefined();
      return { ...view, operation };
    }, PATIENCE);
}

async function furnish(
  { call, keyOf, waiting }: Pick<GatewayScene, "call" | "keyOf" | "waiting">,
  tenant: Tenant,
): Promise<Ids> {
  const as = keyOf(tenant);
  const ok = async (path: string, sent: Parameters<Call>[1]): Promise<Answer["body"]> => {
    const answer = await call(path, { as, ...sent });
    expect(answer.status, `${path}: ${answer.text}`).toBe(200);
    return answer.body;
  };
  const method = "POST";
  const at = "/v1/agents/desk/tasks";
  await ok(`${at}/case-1/start`, { method, body: { message: "a refund, please" } });
  const { operation } = await waiting(tenant, "case-1");
  const { approvalId = "", digest = "" } = operation.proposal ?? {};
  const scheduleId = `${tenant}-nightly`;
  await ok(`${at}/${tenant}-waits/start`, { method, body: { message: "an event, please" } });
  await waiting(tenant, `${tenant}-waits`);
  await ok(`/v1/schedules/${scheduleId}`, {
    method: "PUT",
    body: {
      times: { everyMs: 86_400_000 },
      target: { kind: "start", agent: "desk", message: "hello" },
      reason: "a test",
    },
  });
  const { sha256 } = await ok("/v1/artifacts", { method, body: `the bytes of ${tenant}` });
  return {
    ...NOBODYS,
    taskId: "case-1",
    scheduleId,
    approvalId,
    digest,
    sha256: String(sha256),
    operationId: operation.operationId,
    owner: `${tenant}-ann`,
    tenant,
  };
}
