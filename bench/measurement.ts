// Owns the form of a measurement: what it is given, and the two things it does. Each is a file
// in measurements/; run.ts has the list.

export interface Bench {
  /** Low counts: shows that it works, not how well. */
  readonly quick: boolean;
  /** Of `--tasks`: how many tasks are parked; absent: as the measurement has it. */
  readonly tasks?: number | undefined;
  /** Tells whoever watches how far it is. */
  say(progress: string): void;
}

export interface Measurement<Result = unknown> {
  /** On the command line, in the results file and in docs/performance.md. */
  readonly name: string;
  /** Numbers only, so that it can be stored as JSON. */
  measure(bench: Bench): Promise<Result>;
  /** The result as people read it, in Markdown. Never measures. */
  describe(result: Result): string;
}

/** A Markdown table. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
