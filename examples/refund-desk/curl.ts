// Owns how a request of the example is written as the command that a person would type.

/** One line for a shell; without a body it posts nothing. */
export function curl(url: string, body?: object): string {
  if (body === undefined) return `curl -s -X POST ${url}`;
  return `curl -s ${url} -H 'content-type: application/json' -d ${quoted(JSON.stringify(body))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
