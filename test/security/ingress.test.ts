// Owns what a stranger can do at Restate's ingress, handler by handler, as the endpoint describes itself:
// which handlers there are for him, that all others are refused, and what hostile keys do to the rest.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ERROR_STATUS } from "../../contract/errors.ts";
import {
  createApp,
  createFsArtifactStore,
  createHeadSigner,
  defineAgent,
  type Worker,
} from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { planOf } from "../agent/support/plan.ts";
import { PATIENCE, taskAt } from "../agent/support/task.ts";
import { says, scriptedModel } from "../agent/support/scripted-model.ts";
import { newKey } from "../evidence/support/sealed-task.ts";
import { createTeller, REVIEWED, TELLER } from "../journals/support/teller.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { type DiscoveredHandler, discoverHandlers } from "./support/discovery.ts";
import { disguisesOf, IMPOSSIBLE_IDS } from "./support/hostile-ids.ts";
import { publicHandlers } from "./support/public-handlers.ts";

const SIGNED = "signed";
const AGENTS = [TELLER, REVIEWED, "junior", SIGNED];
const PUBLIC = publicHandlers(AGENTS);

let engine: TestEngine;
const workers: Worker[] = [];
const handlers: DiscoveredHandler[] = [];
const acts: string[] = [];
beforeAll(async () => {
  engine = await startEngine();
  const { ingressUrl, adminUrl, directory } = engine;
  // Between them every feature of an app, since every handler is.
  const apps = [
    createTeller({ ingressUrl, adminUrl, directory, act: (what) => acts.push(what) }),
    createApp({
      agents: [
        defineAgent({
          name: SIGNED,
          instructions: "Work.",
          model: { provider: "scripted", model: "m-1" },
        }),
      ],
      providers: { scripted: scriptedModel(() => says("done")) },
      artifacts: createFsArtifactStore({ directory: join(directory, "artifacts") }),
      evidence: { sign: createHeadSigner(newKey("k")) },
      logger: createLogger("silent"),
      ingressUrl,
      adminUrl,
    }),
  ];
  for (const app of apps) {
    const worker = await app.serve({ port: 0 });
    workers.push(worker);
    await worker.register();
    const known = new Set(handlers.map(nameOf));
    handlers.push(...(await discoverHandlers(app)).filter((each) => !known.has(nameOf(each))));
  }
});
afterAll(async () => {
  await engine.stop();
  for (const worker of workers) await worker.drain();
});

const pathOf = ({ service, handler, keyed }: DiscoveredHandler, key: string) =>
  keyed ? `${service}/${encodeURIComponent(key)}/${handler}` : `${service}/${handler}`;

function nameOf({ service, handler }: DiscoveredHandler): string {
  return `${service}/${handler}`;
}

async function post(
  path: string,
  body: unknown = {},
  more: Readonly<Record<string, string>> = {},
): Promise<{ status: number; text: string }> {
  const type: Record<string, string> =
    body === undefined ? {} : { "content-type": "application/json" };
  const response = await fetch(`${engine.ingressUrl}${path}`, {
    method: "POST",
    headers: { ...type, ...more },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

/** What the server has of anybody: state, and invocations that are not over. */
async function leftovers(): Promise<readonly string[]> {
  const state = await engine.admin.query("SELECT service_name, service_key, key FROM state");
  const open = await engine.admin.query(
    "SELECT target, status FROM sys_invocation WHERE status != 'completed'",
  );
  return [...state, ...open].map((row) => JSON.stringify(row));
}

describe("R47 R44 the handlers of an app", () => {
  it("that the ingress lets anybody call are these, and no other", () => {
    const found = handlers.filter(({ isPrivate }) => !isPrivate).map(nameOf);
    expect(found.toSorted()).toEqual([...PUBLIC.keys()].toSorted());
  });

  it("that are private are refused, however they are called, and nothing runs", async () => {
    const inner = handlers.filter(({ isPrivate }) => isPrivate);
    expect(inner.length).toBeGreaterThan(50);
    for (const handler of inner) {
      const path = pathOf(handler, "t");
      for (const way of [
        `/restate/call/${path}`,
        `/restate/send/${path}`,
        `/restate/send/${path}?delay=1s`,
        `/${path}`,
        `/${path}/send`,
      ]) {
        const answer = await post(way);
        expect(answer, way).toMatchObject({ status: 400 });
        expect(answer.text, way).toContain("the invoked service is not public");
      }
    }
    const called = await engine.admin.query("SELECT target FROM sys_invocation");
    expect(called).toEqual([]);
    expect(acts).toEqual([]);
  });
});

/** The public handlers; of one agent, since all of them have the same. */
function outer(): readonly DiscoveredHandler[] {
  const others = new Set(AGENTS.filter((agent) => agent !== TELLER));
  return handlers.filter(({ service, isPrivate }) => !isPrivate && !others.has(service));
}

describe("R47 a web page that a user of this machine has open", () => {
  // A body of plain text needs no preflight, and the ingress lets every page read the answer.
  it.each([
    { origin: "https://evil.example", "content-type": "text/plain" },
    { origin: "http://localhost.evil.example" },
    { origin: "http://evil.example:8080", "content-type": "application/x-www-form-urlencoded" },
    { origin: "null" },
  ])("%j is refused by every handler, and nothing runs", async (headers) => {
    for (const handler of outer()) {
      const path = `/restate/call/${pathOf(handler, "t")}`;
      const answer = await post(path, PUBLIC.get(nameOf(handler)), headers);
      expect(answer.status, nameOf(handler)).toBe(421);
      expect(answer.text, nameOf(handler)).toContain('"foreign_origin"');
    }
    expect(await leftovers()).toEqual([]);
    expect(acts).toEqual([]);
  });

  it("of this machine's own is answered, as Restate's console is", async () => {
    const answer = await post(
      `/restate/call/${TELLER}/nobody/status`,
      {},
      { origin: engine.adminUrl },
    );
    expect(answer.text).toContain("task_not_found");
  });
});

describe("R47 a public handler with the key of nobody", () => {
  /** What makes something of its own, by its own rules, is not looked at here. */
  const MAKERS = new Set(["start", "ask", "publish", "set", "stop", "receive"]);
  const lookers = () => outer().filter((each) => each.keyed && !MAKERS.has(each.handler));

  it.each(["teller/nobody", "nobody/nobody", "../../teller/nobody"])(
    "%j does nothing, fails with a code of ours at worst, and leaves nothing behind",
    async (key) => {
      const codes = new Set(Object.keys(ERROR_STATUS));
      for (const handler of lookers()) {
        const { status, text } = await post(
          `/restate/call/${pathOf(handler, key)}`,
          PUBLIC.get(nameOf(handler)),
        );
        expect(status, `${nameOf(handler)}: ${text}`).not.toBe(500);
        if (status < 400) continue;
        const { metadata } = JSON.parse(text) as { metadata?: { code?: string } };
        expect(codes, `${nameOf(handler)}: ${text}`).toContain(metadata?.code);
      }
      await expect.poll(leftovers, PATIENCE).toEqual([]);
    },
  );
});

describe("R41 F23 a body that a check could choke on", () => {
  it("is refused by every handler, and is not tried again for ever", async () => {
    const choking = { length: { toString: 1 } };
    for (const handler of outer()) {
      const body = Object.keys(PUBLIC.get(nameOf(handler)) ?? {});
      if (body.length === 0 || handler.handler === "receive") continue;
      const answer = await post(
        `/restate/call/${pathOf(handler, "t")}`,
        Object.fromEntries(body.map((key) => [key, choking])),
      );
      expect(answer.status, `${nameOf(handler)}: ${answer.text}`).toBe(400);
      expect(answer.text).toContain("invalid_input");
    }
    expect(await leftovers()).toEqual([]);
  });
});

describe("R47 an id that cannot be one", () => {
  it.each(Object.entries(IMPOSSIBLE_IDS))(
    "%s is refused by every handler of an agent, and is in no answer",
    async (_, id) => {
      const own = outer().filter(({ service }) => service === TELLER);
      expect(own.length).toBeGreaterThan(20);
      for (const handler of own) {
        const answer = await post(
          `/restate/call/${pathOf(handler, id)}`,
          PUBLIC.get(nameOf(handler)),
        );
        expect(answer.status, nameOf(handler)).toBe(400);
        expect(answer.text, nameOf(handler)).toContain("invalid_task_id");
        expect(answer.text).not.toContain(id);
      }
      expect(await leftovers()).toEqual([]);
    },
  );
});

describe("R47 an id that looks like another's", () => {
  const REAL = "acme/case-1";
  it("is another task's: nothing of the real one is read or changed by it", async () => {
    const task = taskAt(engine, TELLER, REAL);
    await task.post("start", {
      message: planOf([], { ends: "hello" }),
      owner: "ann",
      tenant: "acme",
    });
    await task.until("idle");
    const before = await task.log();
    const { taskUid } = await task.status();
    for (const disguise of disguisesOf(REAL)) {
      for (const handler of ["status", "cancel", "grant"]) {
        const body = PUBLIC.get(`${TELLER}/${handler}`);
        const key = encodeURIComponent(disguise);
        const answer = await post(`/restate/call/${TELLER}/${key}/${handler}`, body);
        expect(answer.status, `${disguise} ${handler}: ${answer.text}`).toBe(404);
        expect(answer.text).not.toContain(taskUid);
      }
    }
    expect(await task.log()).toEqual(before);
  });

  it("as it stands in a path, with steps that a client or a proxy would take, is no way in", async () => {
    const { taskUid } = await taskAt(engine, TELLER, REAL).status();
    for (const path of [
      `${TELLER}/x/../acme%2Fcase-1/status`,
      `${TELLER}/x%2f..%2facme%2fcase-1/status`,
      `${TELLER}/x/%2e%2e/acme%2Fcase-1/run`,
      `holdfast.approval/../${TELLER}/acme%2Fcase-1/apply`,
      `${TELLER}/acme%2Fcase-1/status/../run`,
      `${TELLER}/acme%252Fcase-1/status`,
    ]) {
      const answer = await post(`/restate/call/${path}`);
      // fetch itself takes the first step: that is the task's own address.
      const isOwn = new URL(path, "http://x/").pathname === `/${TELLER}/acme%2Fcase-1/status`;
      expect([answer.status < 400, answer.text.includes(taskUid)], path).toEqual([isOwn, isOwn]);
    }
  });
});
