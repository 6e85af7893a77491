// Owns how the bytes of images and files travel inside a request body.
import type { ResolvedPart } from "../../contract/model.ts";

export function dataUrl(part: { readonly mediaType: string; readonly bytes: Uint8Array }): string {
  const { buffer, byteOffset, byteLength } = part.bytes;
  return `data:${part.mediaType};base64,${Buffer.from(buffer, byteOffset, byteLength).toString("base64")}`;
}

/** The name of a file part; a server refuses one without. */
export function fileName(part: Extract<ResolvedPart, { type: "file" }>): string {
  return part.name ?? "file";
}
