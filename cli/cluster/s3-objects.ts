// Owns what S3 answers about whole objects. Parts of an upload are in s3-uploads.ts.
import type { IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { Condition } from "./object-folder.ts";
import { answerXml, type Asked, refuse } from "./s3-answer.ts";
import { element, listDocument, textElement, textsOf, xml } from "./s3-xml.ts";

/** As many as S3 lists at once. */
const PAGE = 1_000;

export async function readObject({ folder, key, request, response }: Asked): Promise<unknown> {
  const object = await folder.find(key);
  if (object === undefined) return refuse(response, 404, "NoSuchKey");
  const { size, changed, etag } = object;
  const range = rangeOf(request.headers.range, size);
  if (range === "outside") return refuse(response, 416, "InvalidRange");
  const { start, end } = range ?? { start: 0, end: size - 1 };
  response.writeHead(range === undefined ? 200 : 206, {
    "content-type": "application/octet-stream",
    "content-length": end - start + 1,
    "last-modified": changed.toUTCString(),
    etag,
    ...(range === undefined ? {} : { "content-range": `bytes ${start}-${end}/${size}` }),
  });
  if (request.method === "HEAD" || size === 0) return response.end();
  return pipeline(folder.read(key, { start, end }), response);
}

/** `bytes=0-9`, `bytes=10-` and `bytes=-5`. Any other is left out, as HTTP says. */
function rangeOf(header: string | undefined, size: number) {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return start > end ? "outside" : { start, end };
}

export async function putObject({ folder, key, request, response }: Asked): Promise<unknown> {
  const stored = await folder.put(key, request, conditionOf(request.headers));
  if (stored === undefined) return refuse(response, 412, "PreconditionFailed");
  return response.writeHead(200, { etag: stored.etag }).end();
}

export function conditionOf(headers: IncomingHttpHeaders): Condition {
  const { "if-none-match": none, "if-match": etag } = headers;
  return { absent: none === "*", ...(etag === undefined ? {} : { etag }) };
}

export async function removeObject({ folder, key, response }: Asked): Promise<unknown> {
  await folder.remove(key);
  return response.writeHead(204).end();
}

export async function removeObjects({ folder, request, response }: Asked): Promise<unknown> {
  const keys = textsOf(await text(request), "Key");
  for (const key of keys) await folder.remove(key);
  const removed = keys.map((key) => element("Deleted", textElement("Key", key)));
  return answerXml(response, 200, xml("DeleteResult", ...removed));
}

export async function listObjects({ folder, query, response }: Asked): Promise<unknown> {
  const prefix = query.get("prefix") ?? "";
  const document = listDocument(await folder.list(prefix), {
    prefix,
    delimiter: query.get("delimiter") ?? "",
    after: query.get("continuation-token") ?? query.get("start-after") ?? "",
    most: Math.min(Number(query.get("max-keys") ?? PAGE), PAGE),
  });
  return answerXml(response, 200, document);
}
