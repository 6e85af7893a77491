// Owns an app's endpoint in this process, and plain requests to it: what the server would send, or a
// test in its place.
import {
  type ClientHttp2Session,
  connect,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from "node:http2";
import type { App } from "../../../index.ts";
import { serveHttp2 } from "../../support/http2-server.ts";

export interface AppEndpoint {
  readonly paths: readonly string[];
  /** Sends bytes and takes all of the answer. */
  send(request: EndpointRequest): Promise<EndpointAnswer>;
  close(): Promise<void>;
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
  const served = await serveHttp2(listener);
  const client = connect(served.url);
  return {
    paths,
    send: (request) => send(client, request),
    close() {
      client.destroy();
      return served.close();
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
