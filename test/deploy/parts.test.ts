// Owns the ways to serve an app: a part of it per process, mounted in another server, and the
// refusal to listen where nothing authenticates callers.
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createApp, defineAgent, defineTool } from "../../index.ts";
import type { Scene } from "../agent/support/scene.ts";
import { openScene } from "../agent/support/scene.ts";
import { asksFor, says, scriptedModel } from "../agent/support/scripted-model.ts";
import { taskAt } from "../agent/support/task.ts";

const doubled = (name: string, calls: string[]) =>
  defineTool({
    name,
    description: "Doubles.",
    input: z.object({ value: z.number() }),
    output: z.number(),
    effect: "read",
    execute: ({ value }) => {
      calls.push(name);
      return value * 2;
    },
  });

const agentWith = (name: string, tool: string, calls: string[]) =>
  defineAgent({
    name,
    instructions: "You are a clerk.",
    model: { provider: "scripted", model: "m-1" },
    tools: [doubled(tool, calls)],
  });

const script = (tool: string) =>
  scriptedModel((request) =>
    request.messages.some((message) => message.role === "tool")
      ? says("done")
      : asksFor([tool, { value: 4 }]),
  );

describe("serving an app", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene.stop());

  const appOf = (name: string, tool: string, calls: string[]) =>
    createApp({
      ...scene.surroundings,
      agents: [agentWith(name, tool, calls)],
      providers: { scripted: script(tool) },
    });

  it("R27 serves agents and chosen tools from apps of their own", async () => {
    const [inAgents, inTools]: [string[], string[]] = [[], []];
    const agents = await appOf("parted", "far_double", inAgents).serve({
      port: 0,
      only: { tools: false, waiters: false },
    });
    const tools = await appOf("parted", "far_double", inTools).serve({
      port: 0,
      only: { agents: false, waiters: false, tools: ["far_double"] },
    });
    expect(agents.deployments).toEqual([`http://127.0.0.1:${agents.port}/agents`]);
    expect(tools.deployments).toEqual([`http://127.0.0.1:${tools.port}/tools`]);
    await agents.register();
    await tools.register();
    const answer = await taskAt(scene.engine, "parted", "t").ask({ message: "go" });
    expect(answer.turn?.answer).toBe("done");
    expect([inAgents, inTools]).toEqual([[], ["far_double"]]);
    await Promise.all([agents.drain(), tools.drain()]);
  });

  it("is mounted in an HTTP/2 server that is there already", async () => {
    const calls: string[] = [];
    const { listener, paths } = appOf("mounted", "near_double", calls).mount({ waiters: false });
    const server = createServer((request, response) => {
      if (request.url === "/mine") response.end("mine");
      else listener(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const path of paths) await scene.engine.admin.registerDeployment(`${base}${path}`);
    const answer = await taskAt(scene.engine, "mounted", "t").ask({ message: "go" });
    expect(answer.turn?.answer).toBe("done");
    expect(calls).toEqual(["near_double"]);
    server.close();
  });

  it("refuses an address that others reach while nothing authenticates them", async () => {
    const app = appOf("open", "any_double", []);
    await expect(app.serve({ host: "0.0.0.0", port: 0 })).rejects.toThrow(
      "host 0.0.0.0 is not a loopback address, and nothing would authenticate callers; give identityKeys, or serve on 127.0.0.1",
    );
  });

  it("says in one sentence that its port is taken", async () => {
    const first = await appOf("first", "one_double", []).serve({ port: 0 });
    const second = appOf("second", "two_double", []).serve({ port: first.port });
    await expect(second).rejects.toThrow(`port ${first.port} on 127.0.0.1 is taken`);
    await first.drain();
  });

  it("names every problem of its parts and the fix, before anything listens", () => {
    const unclassified = { ...doubled("loose", []), effect: undefined as never };
    const agents = [
      { ...agentWith("desk", "same", []), tools: [doubled("same", []), unclassified] },
      agentWith("desk", "same", []),
    ];
    expect(() => createApp({ ...scene.surroundings, agents })).toThrow(
      [
        "the app cannot start:",
        '  - two agents are named "desk"; rename one',
        '  - two different tools are named "same"; rename one, or use the same definition in both places',
        '  - tool "loose" has no effect class; add effect: one of read, reversible, irreversible, financial, communication, code, administrative',
        '  - agent "desk" uses the model provider "scripted"; add it to providers',
        '  - agent "desk" uses the model provider "scripted"; add it to providers',
      ].join("\n"),
    );
  });
});
