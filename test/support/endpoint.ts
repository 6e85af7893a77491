// Owns an HTTP/2 endpoint on loopback that serves Restate services, for tests: inside of the
// test process or of a worker process. Registers nothing.
import { createServer, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { createEndpointHandler } from "@restatedev/restate-sdk";

export type EndpointServices = Parameters<typeof createEndpointHandler>[0]["services"];

export interface Endpoint {
  readonly url: string;
  readonly port: number;
  /** Cuts every connection, as the death of a process would. */
  close(): Promise<void>;
}

/** Serves on 127.0.0.1, on a free port by default. The SDK's own log is dropped. */
export async function listen(services: EndpointServices, port = 0): Promise<Endpoint> {
  const server = createServer(createEndpointHandler({ services, logger: () => undefined }));
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const session of sessions) session.destroy();
      }),
  };
}
