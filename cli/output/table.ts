// Owns tables for people: columns as wide as their widest cell, a line per row. Without a terminal a
// head stands over it all the same; programs take --json.
import { stripVTControlCharacters } from "node:util";

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string;
}

const GAP = "  ";
const GRAPHEMES = new Intl.Segmenter();

/** Empty for no rows. Cells are safe text of one line; they may be styled. */
export function tableText<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  styleHead: (text: string) => string,
): string {
  if (rows.length === 0) return "";
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const widths = columns.map(({ head }, at) =>
    Math.max(head.length, ...cells.map((line) => widthOf(line[at] ?? ""))),
  );
  const lines = [columns.map(({ head }) => styleHead(head.toUpperCase())), ...cells];
  return lines.map((line) => `${lineText(line, widths)}\n`).join("");
}

function lineText(cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map((cell, at) => {
    const last = at === cells.length - 1;
    return last ? cell : cell + " ".repeat(Math.max(0, (widths[at] ?? 0) - widthOf(cell)));
  });
  return padded.join(GAP).trimEnd();
}

function widthOf(cell: string): number {
  return [...GRAPHEMES.segment(stripVTControlCharacters(cell))].length;
}
