// Owns S3's uploads in parts, which Restate uses for large files: begun, sent, put together or given up.
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { answerXml, type Asked, refuse } from "./s3-answer.ts";
import { conditionOf } from "./s3-objects.ts";
import { textElement, textsOf, xml } from "./s3-xml.ts";

export async function beginUpload({ key, response }: Asked): Promise<unknown> {
  const document = xml(
    "InitiateMultipartUploadResult",
    textElement("Key", key),
    textElement("UploadId", randomUUID()),
  );
  return answerXml(response, 200, document);
}

export async function putPart({ folder, query, request, response }: Asked): Promise<unknown> {
  const part = Number(query.get("partNumber"));
  const upload = uploadOf(query);
  if (upload === undefined || !isPart(part)) return refuse(response, 400, "InvalidPart");
  await folder.putPart(upload, part, request);
  return response.writeHead(200, { etag: `"${upload}.${part}"` }).end();
}

export async function completeUpload(asked: Asked): Promise<unknown> {
  const { folder, key, query, request, response } = asked;
  const upload = uploadOf(query);
  const parts = textsOf(await text(request), "PartNumber").map(Number);
  if (upload === undefined || !parts.every(isPart)) return refuse(response, 400, "InvalidPart");
  const body = Readable.from(folder.readParts(upload, parts));
  const stored = await folder.put(key, body, conditionOf(request.headers));
  if (stored === undefined) return refuse(response, 412, "PreconditionFailed");
  await folder.removeParts(upload);
  const document = xml(
    "CompleteMultipartUploadResult",
    textElement("Key", key),
    textElement("ETag", stored.etag),
  );
  return answerXml(response, 200, document);
}

export async function abortUpload({ folder, query, response }: Asked): Promise<unknown> {
  const upload = uploadOf(query);
  if (upload !== undefined) await folder.removeParts(upload);
  return response.writeHead(204).end();
}

/** Names files, so it is one that we gave out or nothing. */
function uploadOf(query: URLSearchParams): string | undefined {
  const id = query.get("uploadId") ?? "";
  return /^[0-9a-f-]{36}$/.test(id) ? id : undefined;
}

function isPart(part: number): boolean {
  return Number.isInteger(part) && part >= 1 && part <= 10_000;
}
