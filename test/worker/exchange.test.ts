// Owns that the SDK's handler and ours use no more of a request and its answer than a worker's server gives
// them: an SDK that comes to use more fails here, with the name of what it uses.
import { connect } from "node:http2";
import { once } from "node:events";
import { createEndpointHandler, service } from "@restatedev/restate-sdk";
import { describe, expect, it } from "vitest";
import { listen, type RequestListener } from "../../services/worker/worker-server.ts";

/** Says which members are asked for, and which of them are not there. */
function watched<T extends object>(
  target: T,
  asked: { all: Set<string>; missing: Set<string> },
): T {
  return new Proxy(target, {
    get(of, name, receiver) {
      if (typeof name === "string") asked.all.add(name);
      if (!(name in of)) asked.missing.add(String(name));
      return Reflect.get(of, name, receiver) as unknown;
    },
  });
}

const nothing = () => ({ all: new Set<string>(), missing: new Set<string>() });
const echo = service({ name: "echo", handlers: { say: async (_: unknown, what: string) => what } });
const sdk = createEndpointHandler({ services: [echo], logger: () => undefined });

async function send(port: number, method: string, path: string, headers = {}, body?: string) {
  const session = connect(`http://127.0.0.1:${port}`);
  const stream = session.request({ ":method": method, ":path": path, ...headers });
  const chunks: Buffer[] = [];
  let status: number | undefined;
  stream.on("response", (head) => (status = head[":status"]));
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.end(body);
  await once(stream, "close");
  session.close();
  return { status, text: Buffer.concat(chunks).toString() };
}

describe("what a worker's server gives the SDK's handler", () => {
  it("is all that it uses", async () => {
    const asked = { request: nothing(), response: nothing() };
    const listener: RequestListener = (request, response) =>
      (sdk as RequestListener)(watched(request, asked.request), watched(response, asked.response));
    const server = await listen(listener, { host: "127.0.0.1", port: 0 });
    const accept = "application/vnd.restate.endpointmanifest.v4+json";
    const manifest = await send(server.port, "GET", "/discover", { accept });
    expect(manifest.status).toBe(200);
    expect(JSON.parse(manifest.text)).toMatchObject({ services: [{ name: "echo" }] });
    expect((await send(server.port, "GET", "/nowhere")).status).toBe(404);
    const type = "application/vnd.restate.invocation.v6";
    const headers = { "content-type": type, accept: type };
    // Not a message of the protocol: it answers, and the stream ends.
    expect((await send(server.port, "POST", "/invoke/echo/say", headers, "no")).status).toBe(200);
    await server.close(1_000);
    expect([...asked.request.missing]).toEqual([]);
    expect([...asked.response.missing]).toEqual([]);
    expect(asked.request.all.size).toBeGreaterThan(2);
  });

  it("tells whoever reads a body that was cut off, and whoever writes to who is gone", async () => {
    const seen: string[] = [];
    const read = Promise.withResolvers<void>();
    const take = async (...[request, response]: Parameters<RequestListener>): Promise<void> => {
      response.once("close", () => seen.push("closed"));
      try {
        for await (const chunk of request) seen.push(String(chunk));
      } catch (error) {
        seen.push((error as NodeJS.ErrnoException).code ?? "no code");
      }
      response.writeHead(200);
      response.write("late", (error) => {
        seen.push(String((error as NodeJS.ErrnoException | undefined)?.code));
        response.end(() => read.resolve());
      });
    };
    const listener: RequestListener = (...both) => void take(...both);
    const server = await listen(listener, { host: "127.0.0.1", port: 0 });
    const session = connect(`http://127.0.0.1:${server.port}`);
    const stream = session.request({ ":method": "POST", ":path": "/" });
    stream.write("half", () => session.destroy());
    await read.promise;
    await server.close(1_000);
    expect(seen).toEqual([
      "half",
      "closed",
      "ERR_HTTP2_INVALID_STREAM",
      "ERR_HTTP2_INVALID_STREAM",
    ]);
  });
});
