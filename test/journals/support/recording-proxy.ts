// Owns what stands between the server and the app while journals are recorded: it hands each request
// on as it came and keeps the last one of every invocation.
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { sayRequestResponse, serveHttp2 } from "../../support/http2-server.ts";
import type { AppEndpoint, EndpointAnswer } from "./app-endpoint.ts";
import { framesOf, hasEnded } from "./frames.ts";
import type { RecordedJournal } from "./recorded-journal.ts";

export interface RecordingProxy {
  readonly url: string;
  /** Of each invocation that has ended. */
  journals(): readonly RecordedJournal[];
  close(): Promise<void>;
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
  const { url, close } = await serveHttp2((request, response) => {
    // Of a request that the server has given up: it comes again.
    handOn(request, response).catch(() => response.stream.destroy());
  });
  return { url, journals: () => journals, close };
}

/** Without what belongs to one connection. */
function fieldsOf(headers: EndpointAnswer["headers"]): Readonly<Record<string, string>> {
  const own = Object.entries(headers).filter(([name]) => !name.startsWith(":"));
  return Object.fromEntries(own.map(([name, value]) => [name, String(value)]));
}
