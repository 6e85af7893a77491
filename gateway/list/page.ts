// Owns how lists come page by page: the query's parameters, the cursor, and the SQL around the filters.
// Lists are read by SQL from the small heads that tasks have in the server (ARCHITECTURE 4): what a
// caller may not see is left out there, whatever the cursor says.
import { z } from "zod";
import { problem } from "../problem.ts";

const MAX_LIST_PAGE = 200;

export const pageShape = {
  /** Items of a page; of approvals, the tasks that they are of. */
  limit: z.coerce.number().pipe(z.int().min(1).max(MAX_LIST_PAGE)).default(50),
  /** As the page before has it. */
  cursor: z.string().max(2048).optional(),
};
export const pageQuerySchema = z.strictObject(pageShape);
export type PageQuery = z.infer<typeof pageQuerySchema>;

/** Where a page ends: newest first, then by name. Neither ever changes. */
const cursorSchema = z.strictObject({
  at: z.int(),
  service: z.string().max(128),
  key: z.string().max(512),
});
export type Cursor = z.infer<typeof cursorSchema>;

export function writeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString("base64url");
}

/** Fails with 400 for a text that no page ended with. */
export function readCursor(text: string | undefined): Cursor | undefined {
  if (text === undefined) return undefined;
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
  } catch {
    throw problem("invalid_cursor", "the cursor is none of a page; begin again without one");
  }
}

/** A text in a query. The engine's SQL knows no escapes but a doubled quote. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The keys of a tenant's own objects. */
export function ownKeys(tenant: string | undefined): string {
  return tenant === undefined ? "TRUE" : `starts_with(service_key, ${sqlText(`${tenant}/`)})`;
}

/** What comes after a page's end. */
export function behind(cursor: Cursor | undefined): string {
  if (cursor === undefined) return "TRUE";
  const { at, service, key } = cursor;
  const same = `created_at = ${at}`;
  const later = `service_name > ${sqlText(service)}`;
  const next = `service_name = ${sqlText(service)} AND service_key > ${sqlText(key)}`;
  return `(created_at < ${at} OR (${same} AND (${later} OR (${next}))))`;
}
