// Owns how the state of a screen stands in its address: as plain `name=text`, and nothing else, so that a
// person can read and write it. Pure.

/** Of a route: these fields where they are texts; everything else is left out. */
export function textFields<const N extends string>(...names: readonly N[]) {
  return (search: Readonly<Record<string, unknown>>): { readonly [K in N]?: string } =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = search[name];
        return typeof value === "string" && value !== "" ? [[name, value]] : [];
      }),
    ) as { readonly [K in N]?: string };
}

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function writeSearch(search: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(search).flatMap(([name, value]): [string, string][] =>
    typeof value === "string" && value !== "" ? [[name, value]] : [],
  );
  // Commas are read by people, and mean nothing in a query.
  const text = new URLSearchParams(given).toString().replaceAll("%2C", ",");
  return text === "" ? "" : `?${text}`;
}
