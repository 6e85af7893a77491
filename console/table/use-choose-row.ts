// Owns the key that chooses the row which has the focus, in every table whose rows are chosen.
import { useCommands } from "../keyboard/commands.tsx";

export function useChooseRow<Row>(rows: readonly Row[], choose: (row: Row) => void): void {
  useCommands([
    {
      id: "choose-row",
      label: "Choose the row",
      group: "List",
      keys: "x",
      keysOnly: true,
      run: () => {
        const at = document.activeElement?.closest<HTMLElement>("[data-row]")?.dataset["row"];
        const row = at === undefined ? undefined : rows[Number(at)];
        if (row !== undefined) choose(row);
      },
    },
  ]);
}
