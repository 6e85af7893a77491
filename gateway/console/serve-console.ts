// Owns how the console's files are served: which there are, what a browser may keep, and what the page may
// do (decision 0021). They hold nothing of anybody's; the page signs in by itself.
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, sep } from "node:path";
import { gzipSync } from "node:zlib";
import { problem } from "../problem.ts";
import { consoleFolder } from "./console-folder.ts";

/** Where the console is, under the gateway's address. */
export const CONSOLE_PATH = "/console/";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Nothing but the gateway's own files and answers; no inline script or style, in nobody's frame. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  "content-security-policy": POLICY,
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
};
/** A file under assets/ has the digest of its content in its name. */
const FOR_EVER = "public, max-age=31536000, immutable";

interface ServedFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/** `acceptEncoding`: the request's header. */
export type ServeConsole = (path: string, acceptEncoding?: string) => Response;

/**
 * Answers for the path of a URL. All files are read once, at the first request: they are few and small,
 * and no path of a request is ever one of a file. A path that is no file's is one of the page's own.
 */
export function createServeConsole(find = consoleFolder): ServeConsole {
  let files: ReadonlyMap<string, ServedFile> | undefined;
  return (path, acceptEncoding = "") => {
    files ??= readFolder(find());
    if (files === undefined)
      throw problem("route_not_found", "the console is not built; run npm run build");
    const name = path.slice(CONSOLE_PATH.length);
    const file =
      files.get(name) ?? (name.startsWith("assets/") ? undefined : files.get("index.html"));
    if (file === undefined) throw problem("route_not_found", "no such file of the console");
    if (!/\bgzip\b/.test(acceptEncoding))
      return new Response(file.bytes, { headers: file.headers });
    const headers = { ...file.headers, "content-encoding": "gzip" };
    return new Response(file.gzipped, { headers });
  };
}

function readFolder(folder: string | undefined): ReadonlyMap<string, ServedFile> | undefined {
  if (folder === undefined) return undefined;
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return new Map(
    names.map((name) => {
      const path = name.split(sep).join("/");
      const cache = path.startsWith("assets/") ? FOR_EVER : "no-cache";
      const type = TYPES[extname(path)] ?? "application/octet-stream";
      const headers = {
        ...HEADERS,
        "content-type": type,
        "cache-control": cache,
        vary: "accept-encoding",
      };
      const bytes = new Uint8Array(readFileSync(join(folder, name)));
      return [path, { bytes, gzipped: new Uint8Array(gzipSync(bytes)), headers }] as const;
    }),
  );
}
