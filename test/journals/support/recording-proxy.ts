// Owns what stands between the server and the app while journals are recorded: it hands each request
// on as it came and keeps the last one of every invocation.
import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from "node:http2";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import type { AppEndpoint, EndpointAnswer } from "./app-endpoint.ts";
import { framesOf, hasEnded } from "./frames.ts";
import type { RecordedJournal } from "./recorded-journal.ts";

export interface RecordingProxy {
  readonly url: string;
  /** Of each invocation that has ended. */
  journals(): readonly RecordedJournal[];
  close(): void;
}

export async function startRecordingProxy(endpoint: AppEndpoint): Promise<RecordingProxy> {
  const journals: RecordedJournal[] = [];
  const handOn = async (
    request: Http2ServerRequest,
    response: Http2ServerResponse,
  ): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url: path } = request;
    const body = Buffer.concat(chunks);
    const answer = await endpoint.send({ method, path, headers: fieldsOf(request.headers), body });
    const said = path.endsWith("/discover") ? sayRequestResponse(answer.body) : answer.body;
    if (path.includes("/invoke/") && hasEnded(framesOf(said))) {
      const contentType = String(request.headers["content-type"]);
      journals.push({ path, contentType, request: body, response: said });
    }
    response.writeHead(answer.headers[":status"] ?? 500, fieldsOf(answer.headers));
    response.end(said);
  };
  const server = createServer((request, response) => {
    // Of a request that the server has given up: it comes again.
    handOn(request, response).catch(() => response.stream.destroy());
  });
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => sessions.add(session));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    journals: () => journals,
    close() {
      server.close();
      for (const session of sessions) session.destroy();
    },
  };
}

/** Without what belongs to one connection. */
function fieldsOf(headers: EndpointAnswer["headers"]): Readonly<Record<string, string>> {
  const own = Object.entries(headers).filter(([name]) => !name.startsWith(":"));
  return Object.fromEntries(own.map(([name, value]) => [name, String(value)]));
}

/**
 * So the server closes its side of each request at once: every wait ends the attempt, and the last one
 * has the whole journal in it.
 */
function sayRequestResponse(manifest: Buffer): Buffer {
  return Buffer.from(manifest.toString().replace("BIDI_STREAM", "REQUEST_RESPONSE"));
}
