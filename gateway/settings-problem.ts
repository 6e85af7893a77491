// Owns what a person reads whose settings of the gateway are wrong: the place, never the value.
interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export function settingsProblem(what: string, issues: readonly Issue[]): Error {
  const lines = issues.map(
    ({ path, message }) => `${[what, ...path].map(String).join(".")}: ${message}`,
  );
  return new Error(lines.join("\n"));
}
