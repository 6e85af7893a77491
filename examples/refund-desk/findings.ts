// Owns what a demo has found at its end: what was seen beside what should be seen.

export interface Finding {
  readonly what: string;
  readonly seen: number | string;
  readonly expected: number | string;
}

export function asExpected(findings: readonly Finding[]): boolean {
  return findings.every(({ seen, expected }) => seen === expected);
}

export function findingsTable(findings: readonly Finding[]): string {
  const rows = findings.map(({ what, seen, expected }) => [String(seen), String(expected), what]);
  const table = [["seen", "expected", ""], ...rows];
  const width = (column: number): number =>
    Math.max(...table.map((row) => row[column]?.length ?? 0));
  const [seenWidth, expectedWidth] = [width(0), width(1)];
  return table
    .map(([seen = "", expected = "", what = ""]) =>
      `  ${seen.padStart(seenWidth)}  ${expected.padStart(expectedWidth)}  ${what}`.trimEnd(),
    )
    .join("\n");
}
