// Owns what differs between two texts, line by line: what went and what came, and a little of what stayed. Pure.

export interface DiffLine {
  readonly sign: " " | "-" | "+";
  readonly text: string;
}

/** Longer texts are compared as a whole from where they begin to differ. */
const MOST_CELLS = 4_000_000;
/** Lines that stay, around what changed. */
const AROUND = 2;

export function diffLines(before: string, after: string): readonly DiffLine[] {
  const old = before.split("\n");
  const now = after.split("\n");
  const head = same(old, now);
  const tail = Math.min(
    same(old.toReversed(), now.toReversed()),
    Math.min(old.length, now.length) - head,
  );
  const middle = changed(old.slice(head, old.length - tail), now.slice(head, now.length - tail));
  const stay = (text: string): DiffLine => ({ sign: " ", text });
  return [...old.slice(0, head).map(stay), ...middle, ...old.slice(old.length - tail).map(stay)];
}

/** Only what changed, with the lines around it; `undefined` stands for what is left out. */
export function shortened(lines: readonly DiffLine[]): readonly (DiffLine | undefined)[] {
  const kept = new Set<number>();
  lines.forEach(({ sign }, at) => {
    if (sign === " ") return;
    for (let near = at - AROUND; near <= at + AROUND; near += 1) kept.add(near);
  });
  return lines.flatMap((line, at) => {
    if (kept.has(at)) return [line];
    return at === 0 || kept.has(at - 1) ? [undefined] : [];
  });
}

function same(old: readonly string[], now: readonly string[]): number {
  const at = old.findIndex((line, index) => line !== now[index]);
  return at < 0 ? Math.min(old.length, now.length) : at;
}

/** By the longest common subsequence. */
function changed(old: readonly string[], now: readonly string[]): readonly DiffLine[] {
  const all = [
    ...old.map((text): DiffLine => ({ sign: "-", text })),
    ...now.map((text): DiffLine => ({ sign: "+", text })),
  ];
  if (old.length * now.length > MOST_CELLS) return all;
  const width = now.length + 1;
  const longest = new Uint32Array((old.length + 1) * width);
  const cell = (i: number, j: number): number => longest[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] =
        old[i] === now[j] ? cell(i + 1, j + 1) + 1 : Math.max(cell(i + 1, j), cell(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < now.length) {
    const gone = old[i];
    const come = now[j];
    if (gone !== undefined && gone === come) {
      lines.push({ sign: " ", text: gone });
      i += 1;
      j += 1;
    } else if (gone !== undefined && (come === undefined || cell(i + 1, j) >= cell(i, j + 1))) {
      lines.push({ sign: "-", text: gone });
      i += 1;
    } else if (come !== undefined) {
      lines.push({ sign: "+", text: come });
      j += 1;
    }
  }
  return lines;
}
