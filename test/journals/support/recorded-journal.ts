// Owns the form in which a journal is kept: what the server sent of it in the last attempt of an
// invocation, and what the worker said to that.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

export interface RecordedJournal {
  /** Such as `/agents/invoke/teller/run`. */
  readonly path: string;
  /** The protocol's version, which is the request's media type. */
  readonly contentType: string;
  readonly request: Buffer;
  readonly response: Buffer;
}

export const RECORDED_FOLDER = new URL("../recorded/", import.meta.url);

/** By the name of the file: the service, the handler and a number. */
export function readJournals(): readonly (RecordedJournal & { readonly name: string })[] {
  return readdirSync(RECORDED_FOLDER)
    .toSorted()
    .map((file) => {
      const kept = JSON.parse(readFileSync(new URL(file, RECORDED_FOLDER), "utf8")) as Kept;
      const { path, contentType } = kept;
      const bytes = (lines: readonly string[]) => Buffer.from(lines.join(""), "base64");
      const [request, response] = [bytes(kept.request), bytes(kept.response)];
      return { name: file.replace(".json", ""), path, contentType, request, response };
    });
}

interface Kept extends Pick<RecordedJournal, "path" | "contentType"> {
  /** Base64, in lines that a diff can show. */
  readonly request: readonly string[];
  readonly response: readonly string[];
}

export function writeJournal(name: string, journal: RecordedJournal): void {
  const { path, contentType } = journal;
  const lines = (bytes: Buffer) => bytes.toString("base64").match(/.{1,120}/gu) ?? [];
  const kept: Kept = {
    path,
    contentType,
    request: lines(journal.request),
    response: lines(journal.response),
  };
  writeFileSync(
    new URL(`${name}.json`, RECORDED_FOLDER),
    `${JSON.stringify(kept, undefined, 2)}\n`,
  );
}

/**
 * Which code a request runs: `/agents/invoke/holdfast.approval/open` is `holdfast.approval.open`. All
 * agents have the same, and so have all tools.
 */
export function handlerOf(path: string): string {
  const [service = "", handler = ""] = path.split("/invoke/")[1]?.split("/") ?? [];
  if (service.startsWith("tools.")) return `tool.${handler}`;
  return service.startsWith("holdfast.") ? `${service}.${handler}` : `agent.${handler}`;
}
