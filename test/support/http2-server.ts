// Owns a plain HTTP/2 server on loopback, for tests, whose end cuts every connection as the death of a
// process would; and what Restate is told in the place of what the SDK says.
import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from "node:http2";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";

export interface ServedHttp2 {
  readonly url: string;
  readonly port: number;
  /** Resolves when the port is free. */
  close(): Promise<void>;
}

export type Listener = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

/** On 127.0.0.1, on a free port by default. */
export async function serveHttp2(listener: Listener, port = 0): Promise<ServedHttp2> {
  const server = createServer(listener);
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => sessions.add(session));
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

/**
 * A manifest without a stream in both directions: the engine closes its side of every request at once,
 * so an attempt lasts until its first wait, and the last one has the whole journal in it. A
 * service's own timeouts do not apply then, which they would with the settings `inactivity-timeout`
 * of the server or of the admin API.
 */
export function sayRequestResponse(manifest: Uint8Array): Buffer {
  const said = Buffer.from(manifest).toString();
  return Buffer.from(said.replace("BIDI_STREAM", "REQUEST_RESPONSE"));
}
