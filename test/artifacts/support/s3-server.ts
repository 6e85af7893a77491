// Owns a small S3 for the tests: GET, PUT and DELETE of whole objects of one bucket by path, with S3's own
// answers for what is not there, not allowed or damaged on the way, and faults on demand. It knows
// the key id of a signature and does not verify the signature itself.
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { crc32 } from "node:zlib";

export const S3_BUCKET = "artifacts";
export const S3_CREDENTIALS = {
  accessKeyId: "AKIAHOLDFASTTEST",
  secretAccessKey: "hush-s3-secret",
};

/** What becomes of a request. */
export type S3Fault =
  | { readonly kind: "answers"; readonly status: number; readonly code: string }
  /** Takes the request and never answers. */
  | { readonly kind: "silent" }
  /** Sends the head and the first byte, then a byte now and then. */
  | { readonly kind: "drips" }
  /** Answers with the body of another object, whole and with its checksum. */
  | { readonly kind: "lies"; readonly body: Uint8Array }
  /** Answers what is there, with the CRC32 of something else. */
  | { readonly kind: "miscounts" }
  /** Closes the connection in the middle of the body. */
  | { readonly kind: "cuts" };

export interface S3Server {
  readonly endpoint: string;
  readonly objects: Map<string, Uint8Array>;
  /** `PUT <key>` and so on, of every request that came whole. */
  readonly requests: string[];
  /** Asked for each request; undefined lets it through. */
  fault: (request: { readonly method: string; readonly key: string }) => S3Fault | undefined;
  close(): Promise<void>;
}

export async function startS3Server(): Promise<S3Server> {
  const objects = new Map<string, Uint8Array>();
  const requests: string[] = [];
  const http = createServer((request, response) => {
    void answer(s3, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    http.listen(0, "127.0.0.1", resolve);
  });
  const { port } = http.address() as AddressInfo;
  const s3: S3Server = {
    endpoint: `http://127.0.0.1:${port}`,
    objects,
    requests,
    fault: () => undefined,
    close: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => {
        http.close(resolve);
      });
    },
  };
  return s3;
}

async function answer(s3: S3Server, request: IncomingMessage, response: ServerResponse) {
  const body = await bodyOf(request);
  const { pathname } = new URL(request.url ?? "/", s3.endpoint);
  const [, bucket, ...segments] = pathname.split("/").map(decodeURIComponent);
  const key = segments.join("/");
  const { method = "" } = request;
  s3.requests.push(`${method} ${key}`);
  const signedBy = /Credential=([^/]+)\//.exec(request.headers.authorization ?? "")?.[1];
  if (signedBy !== S3_CREDENTIALS.accessKeyId) {
    // As AWS does, which quotes the request.
    const quoted = `<AWSAccessKeyId>${signedBy}</AWSAccessKeyId><StringToSign>${request.headers.authorization}</StringToSign>`;
    return refuse(response, 403, "SignatureDoesNotMatch", quoted);
  }
  const fault = s3.fault({ method, key });
  if (fault !== undefined) return fail(s3.objects.get(key), fault, response);
  if (bucket !== S3_BUCKET) return refuse(response, 404, "NoSuchBucket");
  if (method === "PUT") {
    const damage = damageOf(request, body);
    if (damage !== undefined) return refuse(response, 400, damage);
    s3.objects.set(key, body);
    return response.writeHead(200, { etag: etagOf(body) }).end();
  }
  if (method === "DELETE") {
    s3.objects.delete(key);
    return response.writeHead(204).end();
  }
  const object = s3.objects.get(key);
  if (object === undefined) return refuse(response, 404, "NoSuchKey");
  return response.writeHead(200, headersOf(object)).end(object);
}

async function fail(
  object: Uint8Array = new Uint8Array(100),
  fault: S3Fault,
  response: ServerResponse,
) {
  switch (fault.kind) {
    case "answers":
      return refuse(response, fault.status, fault.code);
    case "silent":
      return undefined;
    case "lies":
      return response.writeHead(200, headersOf(fault.body)).end(fault.body);
    case "miscounts":
      return response
        .writeHead(200, { ...headersOf(object), "x-amz-checksum-crc32": "AAAAAA==" })
        .end(object);
    case "cuts":
      response.writeHead(200, headersOf(object));
      return response.write(object.subarray(0, object.length / 2), () => response.destroy());
    case "drips": {
      response.writeHead(200, headersOf(object));
      for (const byte of object) {
        if (response.destroyed) return undefined;
        response.write(Uint8Array.of(byte));
        await setTimeout(50);
      }
      return response.end();
    }
  }
}

function refuse(response: ServerResponse, status: number, code: string, quoted = "") {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>It was refused.</Message>${quoted}</Error>`;
  return response.writeHead(status, { "content-type": "application/xml" }).end(text);
}

function headersOf(object: Uint8Array) {
  return {
    "content-length": object.length,
    "content-type": "application/octet-stream",
    etag: etagOf(object),
    "x-amz-checksum-crc32": crcOf(object),
  };
}

/** What S3 answers when the body is not what its headers say. */
function damageOf({ headers }: IncomingMessage, body: Uint8Array): string | undefined {
  const digest = headers["x-amz-content-sha256"];
  const hex = createHash("sha256").update(body).digest("hex");
  if (/^[0-9a-f]{64}$/.test(String(digest)) && digest !== hex) return "XAmzContentSHA256Mismatch";
  const crc = headers["x-amz-checksum-crc32"];
  if (crc !== undefined && crc !== crcOf(body)) return "BadDigest";
  return undefined;
}

function crcOf(bytes: Uint8Array): string {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(crc32(bytes));
  return four.toString("base64");
}

function etagOf(bytes: Uint8Array): string {
  return `"${createHash("md5").update(bytes).digest("hex")}"`;
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
