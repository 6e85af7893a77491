// Owns the HTTP/2 side of a worker: several deployments behind one address, told apart by the
// first path segment, and a graceful end. What a deployment serves is not its business.
import { createServer } from "node:http2";
import type {
  Http2Server,
  Http2ServerRequest,
  Http2ServerResponse,
  ServerHttp2Session,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { exchangeOf } from "./exchange.ts";

export type RequestListener = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

export interface WorkerServer {
  readonly host: string;
  readonly port: number;
  /**
   * Takes no new requests, lets the ones under way end for up to `graceMs`, then cuts the
   * rest: the engine takes those up again elsewhere. Resolves when the port is free.
   */
  close(graceMs: number): Promise<void>;
}

export interface ListenOptions {
  /** Loopback unless the caller has checked that requests are authenticated. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
}

export async function listen(
  listener: RequestListener,
  options: ListenOptions,
): Promise<WorkerServer> {
  const server = createServer();
  server.on("stream", (stream, headers) => {
    const { request, response } = exchangeOf(stream, headers);
    listener(request, response);
  });
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  await bind(server, options);
  // A listening TCP server has an address with a port.
  const { port } = server.address() as AddressInfo;
  return { host: options.host, port, close: (graceMs) => close(server, sessions, graceMs) };
}

function bind(server: Http2Server, { host, port }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      reject(
        taken
          ? new Error(
              `port ${port} on ${host} is taken; stop what listens there or choose another port`,
              { cause: error },
            )
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
}

function close(
  server: Http2Server,
  sessions: Set<ServerHttp2Session>,
  graceMs: number,
): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      for (const session of sessions) session.destroy();
    }, graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    // Says GOAWAY: open streams end in peace, and the engine connects elsewhere for new ones.
    for (const session of sessions) session.close();
  });
}

/**
 * One listener for several deployments: `/tools/discover` goes to the handler of `/tools` as
 * `/discover`. Restate pins an invocation to its deployment's address, path included.
 */
export function routeByPrefix(routes: ReadonlyMap<string, RequestListener>): RequestListener {
  return (request, response) => {
    for (const [prefix, listener] of routes) {
      if (!request.url.startsWith(`${prefix}/`)) continue;
      request.url = request.url.slice(prefix.length);
      listener(request, response);
      return;
    }
    response.writeHead(404);
    response.end();
  };
}
