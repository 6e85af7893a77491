// Owns how keys move through a long table: the focus goes to the link of the next row, which is drawn first
// where it was not.
import { type RefObject, useCallback } from "react";
import { useCommands } from "../keyboard/commands.tsx";

export interface RowKeys {
  readonly rows: number;
  readonly scroller: RefObject<HTMLElement | null>;
  readonly show: (index: number) => void;
}

export function useRowKeys({ rows, scroller, show }: RowKeys): void {
  const move = useCallback(
    (by: number) => {
      const at = document.activeElement?.closest<HTMLElement>("[data-row]")?.dataset["row"];
      const next = at === undefined ? 0 : Math.min(Math.max(Number(at) + by, 0), rows - 1);
      show(next);
      // It is drawn by then.
      requestAnimationFrame(() =>
        scroller.current?.querySelector<HTMLElement>(`[data-row="${next}"] a`)?.focus(),
      );
    },
    [rows, scroller, show],
  );
  useCommands([
    {
      id: "row-next",
      label: "Next row",
      group: "List",
      keys: "j",
      keysOnly: true,
      run: () => move(1),
    },
    {
      id: "row-before",
      label: "Row before",
      group: "List",
      keys: "k",
      keysOnly: true,
      run: () => move(-1),
    },
  ]);
}
