// Owns the form of a bug that is planted on purpose, to see whether a test catches it.

export interface PlantedBug {
  /** Unique; kebab-case. */
  readonly id: string;
  /** What the code would do wrong; the end of "somebody made it ...". */
  readonly what: string;
  /** Path in the project. */
  readonly file: string;
  /** Exact text; stands in the file once. */
  readonly search: string;
  readonly replacement: string;
  /** The test file that must turn red. */
  readonly caughtBy: string;
}

/** The text with the bug in it. Throws an Error where it does not apply any more. */
export function plant(bug: PlantedBug, text: string): string {
  const [before = "", after, ...more] = text.split(bug.search);
  if (after === undefined || more.length > 0) {
    throw new Error(
      `${bug.id} does not apply: its search text stands in ${bug.file} ${after === undefined ? "not at all" : `${more.length + 1} times`}; change it in scripts/planted-bugs`,
    );
  }
  return `${before}${bug.replacement}${after}`;
}
