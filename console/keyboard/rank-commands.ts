// Owns which commands a typed text means, the best first. Pure.

interface Named {
  readonly label: string;
  readonly group: string;
}

/** Each word of the text must be in the label or the group; those whose label begins with it come first. */
export function rankCommands<T extends Named>(commands: readonly T[], text: string): readonly T[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const rank = ({ label, group }: Named): number => {
    const said = label.toLowerCase();
    if (words.every((word) => said.includes(word))) return said.startsWith(words[0] ?? "") ? 0 : 1;
    return words.every((word) => `${group.toLowerCase()} ${said}`.includes(word)) ? 2 : 3;
  };
  return commands
    .map((command, at) => ({ command, at, of: rank(command) }))
    .filter(({ of }) => of < 3)
    .toSorted((one, other) => one.of - other.of || one.at - other.at)
    .map(({ command }) => command);
}
