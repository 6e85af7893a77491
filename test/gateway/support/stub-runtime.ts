// Owns a stand-in for Restate behind a gateway, for tests of what must not get through to it: it says
// yes to everything and remembers what it was asked.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface StubRuntime {
  readonly url: string;
  readonly asked: Asked[];
  /** What it answers from now on. */
  answer(status: number, body: unknown): void;
  /** Answers nobody until what it returns is called. */
  hold(): () => void;
  close(): Promise<void>;
}

/** Something of every form that a route reads. */
export const YES = {
  taskId: "t",
  taskUid: "u",
  waits: [],
  stops: [],
  entries: [],
  agents: [],
  outcomes: [],
  rows: [],
  target: { kind: "message", taskId: "t" },
  requester: { taskId: "t" },
  tenant: "acme",
  // The end of a log that is empty.
  seq: -1,
  hash: "0".repeat(64),
};

export async function startStubRuntime(): Promise<StubRuntime> {
  const asked: Asked[] = [];
  let held: Promise<void> | undefined;
  let reply = { status: 200, body: YES as unknown };
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { url: path = "", headers } = request;
    asked.push({ path, headers, body: Buffer.concat(chunks).toString() });
    await held;
    response.writeHead(reply.status, { "content-type": "application/json" });
    response.end(JSON.stringify(reply.body));
  };
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    answer: (status, body) => (reply = { status, body }),
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
