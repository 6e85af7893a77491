// Owns what every answer of our S3 has in common: what was asked, and how it is refused.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ObjectFolder } from "./object-folder.ts";
import { textElement, xml } from "./s3-xml.ts";

/** A request about a key, or about the bucket where the key is empty. */
export interface Asked {
  readonly folder: ObjectFolder;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export function refuse(response: ServerResponse, status: number, code: string): unknown {
  return answerXml(response, status, xml("Error", textElement("Code", code)));
}

export function answerXml(response: ServerResponse, status: number, document: string): unknown {
  return response.writeHead(status, { "content-type": "application/xml" }).end(document);
}
