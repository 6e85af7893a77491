// Owns as much of S3's protocol as Restate needs for its snapshots, in path style, for who tries a
// cluster on one machine: objects whole and in parts, with conditions, and lists. It listens on
// 127.0.0.1 and looks at no signature, like the cluster's own ports.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listenOnLoopback, type Listening } from "./loopback.ts";
import { isKey, type ObjectFolder, openObjectFolder } from "./object-folder.ts";
import { type Asked, refuse } from "./s3-answer.ts";
import { listObjects, putObject, readObject, removeObject, removeObjects } from "./s3-objects.ts";
import { abortUpload, beginUpload, completeUpload, putPart } from "./s3-uploads.ts";

/** Serves the folder as the content of any bucket. Rejects when the port is taken. */
export async function startS3Server(directory: string, port: number): Promise<Listening> {
  const folder = await openObjectFolder(directory);
  const server = createServer((request, response) => {
    void answer(folder, request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else refuse(response, 500, "InternalError");
    });
  });
  return listenOnLoopback(server, port);
}

/** Names what was asked for and how it is answered; the first that fits is it. */
const ROUTES: readonly {
  readonly method: string;
  readonly of: "bucket" | "key";
  readonly query?: string;
  readonly answer: (asked: Asked) => Promise<unknown>;
}[] = [
  { method: "GET", of: "bucket", answer: listObjects },
  { method: "POST", of: "bucket", query: "delete", answer: removeObjects },
  { method: "GET", of: "key", answer: readObject },
  { method: "HEAD", of: "key", answer: readObject },
  { method: "PUT", of: "key", query: "uploadId", answer: putPart },
  { method: "PUT", of: "key", answer: putObject },
  { method: "POST", of: "key", query: "uploads", answer: beginUpload },
  { method: "POST", of: "key", query: "uploadId", answer: completeUpload },
  { method: "DELETE", of: "key", query: "uploadId", answer: abortUpload },
  { method: "DELETE", of: "key", answer: removeObject },
];

async function answer(folder: ObjectFolder, request: IncomingMessage, response: ServerResponse) {
  const { pathname, searchParams: query } = new URL(request.url ?? "/", "http://127.0.0.1");
  const key = decodeURIComponent(pathname.replace(/^\/[^/]*\/?/, ""));
  const of = key === "" ? "bucket" : "key";
  const route = ROUTES.find(
    (each) =>
      each.method === request.method &&
      each.of === of &&
      (each.query === undefined || query.has(each.query)),
  );
  if (route === undefined) return refuse(response, 405, "MethodNotAllowed");
  if (of === "key" && !isKey(key)) return refuse(response, 400, "KeyTooLongError");
  // Its signatures would be kept as part of the object.
  if (request.headers["content-encoding"] === "aws-chunked") {
    return refuse(response, 501, "NotImplemented");
  }
  return route.answer({ folder, key, query, request, response });
}
