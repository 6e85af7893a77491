// Owns the XML of S3's answers, and the little that is read of its requests'.
import type { StoredObject } from "./object-folder.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** A document of one element; what is inside is XML already. */
export function xml(name: string, ...inside: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(name, ...inside)}`;
}

export function element(name: string, ...inside: readonly string[]): string {
  return `<${name}>${inside.join("")}</${name}>`;
}

export function textElement(name: string, value: string | number): string {
  return element(
    name,
    String(value).replaceAll(/[&<>"]/g, (found) => ESCAPES[found] ?? ""),
  );
}

/** The texts of every element of this name, which has no elements inside. */
export function textsOf(document: string, name: string): readonly string[] {
  const found = document.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"));
  return [...found].map(([, text = ""]) => unescape(text));
}

function unescape(text: string): string {
  const named = Object.entries(ESCAPES).map(([plain, escaped]) => [escaped, plain] as const);
  const plain = new Map(named).set("&apos;", "'");
  return text.replaceAll(/&[a-z]+;/g, (found) => plain.get(found) ?? found);
}

export interface Listing {
  readonly prefix: string;
  /** What comes after it in a key is one common prefix. */
  readonly delimiter: string;
  /** Keys up to this one were listed already. */
  readonly after: string;
  readonly most: number;
}

/** A page of `ListObjectsV2`. Its continuation token is the last key, or common prefix. */
export function listDocument(objects: readonly StoredObject[], listing: Listing): string {
  const { prefix, delimiter, after, most } = listing;
  const entries = new Map<string, string>();
  for (const object of objects) {
    const end = delimiter === "" ? -1 : object.key.indexOf(delimiter, prefix.length);
    const name = end < 0 ? object.key : object.key.slice(0, end + delimiter.length);
    if (name <= after || entries.has(name)) continue;
    entries.set(name, end < 0 ? contents(object) : commonPrefix(name));
  }
  const page = [...entries].slice(0, most);
  const truncated = page.length < entries.size;
  const last = page.at(-1)?.[0] ?? "";
  return xml(
    "ListBucketResult",
    textElement("Prefix", prefix),
    textElement("KeyCount", page.length),
    textElement("MaxKeys", most),
    textElement("IsTruncated", String(truncated)),
    ...(truncated ? [textElement("NextContinuationToken", last)] : []),
    ...page.map(([, entry]) => entry),
  );
}

function contents({ key, size, changed, etag }: StoredObject): string {
  return element(
    "Contents",
    textElement("Key", key),
    textElement("LastModified", changed.toISOString()),
    textElement("ETag", etag),
    textElement("Size", size),
    textElement("StorageClass", "STANDARD"),
  );
}

function commonPrefix(prefix: string): string {
  return element("CommonPrefixes", textElement("Prefix", prefix));
}
