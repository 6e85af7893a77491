// Owns the table that every query over tasks begins with: their stored heads, and nothing else's.

/**
 * Of the row of a head alone. The server puts what a sorted page begins at before all other conditions, and
 * would read the JSON of every entry of every log for it: five times as long (docs/performance.md).
 */
function ofHead(expression: string): string {
  return `CASE WHEN key = 'head' THEN ${expression} END`;
}

const COLUMNS = {
  status: ofHead("json_as_text(value_utf8, 'status')"),
  owner: ofHead("json_as_text(value_utf8, 'owner')"),
  updated_at: ofHead("json_get_int(value_utf8, 'updatedAt')"),
  /** Since when it has its status. */
  since: ofHead(
    "COALESCE(json_get_int(value_utf8, 'since'), json_get_int(value_utf8, 'updatedAt'))",
  ),
  stuck_at: ofHead("json_get_int(value_utf8, 'stuck', 'at')"),
  input_tokens: ofHead("json_get_int(value_utf8, 'usage', 'inputTokens')"),
  output_tokens: ofHead("json_get_int(value_utf8, 'usage', 'outputTokens')"),
} as const;
const CREATED_AT = `${ofHead("json_get_int(value_utf8, 'createdAt')")} AS created_at`;

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
