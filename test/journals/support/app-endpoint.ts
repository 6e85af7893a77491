// Owns an app's endpoint in this process, and plain requests to it: what the server would send, or a
// test in its place.
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type ServerHttp2Session,
} from "node:http2";
import type { AddressInfo } from "node:net";
import type { App } from "../../../index.ts";

export interface AppEndpoint {
  readonly paths: readonly string[];
  /** Sends bytes and takes all of the answer. */
  send(request: EndpointRequest): Promise<EndpointAnswer>;
  close(): void;
}

export interface EndpointRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface EndpointAnswer {
  readonly headers: IncomingHttpHeaders & IncomingHttpStatusHeader;
  readonly body: Buffer;
}

export async function serveApp(app: App): Promise<AppEndpoint> {
  const { listener, paths } = app.mount();
  const server = createServer(listener);
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => sessions.add(session));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return {
    paths,
    send: (request) => send(client, request),
    close() {
      client.destroy();
      server.close();
      for (const session of sessions) session.destroy();
    },
  };
}

function send(
  client: ClientHttp2Session,
  { method, path, headers, body }: EndpointRequest,
): Promise<EndpointAnswer> {
  return new Promise((resolve, reject) => {
    const stream = client.request({ ...headers, ":method": method, ":path": path });
    const chunks: Buffer[] = [];
    let head: EndpointAnswer["headers"] = {};
    stream.on("response", (given) => (head = given));
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", reject);
    stream.on("close", () => resolve({ headers: head, body: Buffer.concat(chunks) }));
    // A GET has none, and has ended by itself.
    if (body.length > 0) stream.end(body);
  });
}
