// Owns the table that every query over tasks begins with: their stored heads, and nothing else's.

const COLUMNS = {
  status: "json_as_text(value_utf8, 'status')",
  owner: "json_as_text(value_utf8, 'owner')",
  updated_at: "json_get_int(value_utf8, 'updatedAt')",
  /** Since when it has its status. */
  since: "COALESCE(json_get_int(value_utf8, 'since'), json_get_int(value_utf8, 'updatedAt'))",
  stuck_at: "json_get_int(value_utf8, 'stuck', 'at')",
} as const;
const CREATED_AT = "json_get_int(value_utf8, 'createdAt') AS created_at";

/**
 * For `FROM`: `service_name`, `service_key`, `value_utf8` and these, of which `created_at` is always
 * there and null where a head is of no task.
 */
export function headsWith(...columns: readonly (keyof typeof COLUMNS)[]): string {
  const named = columns.map((name) => `${COLUMNS[name]} AS ${name}`);
  return `(
    SELECT service_name, service_key, value_utf8, ${CREATED_AT},
      ${named.join(", ")}
    FROM state WHERE key = 'head' AND NOT starts_with(service_name, 'holdfast.')
  )`;
}
