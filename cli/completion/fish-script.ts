// Owns the completion script of fish.
import type { CompletedCommand, Completions } from "./completions.ts";

export function fishScript(completions: Completions): string {
  const below = completions.slice(1).map(({ path }) => `'${path}'`);
  return `# Completion of holdfast for fish; made by holdfast completion fish.
function __holdfast_at
    set -l at holdfast
    for word in (commandline -opc)[2..-1]
        switch "$at $word"
            case ${below.join(" ")}
                set at "$at $word"
        end
    end
    test "$at" = "$argv"
end
complete -c holdfast -f
${completions.flatMap(linesOf).join("\n")}
`;
}

function linesOf({ path, words, flags }: CompletedCommand): readonly string[] {
  const here = `complete -c holdfast -n '__holdfast_at ${path}'`;
  return [
    ...(words.length === 0 ? [] : [`${here} -a '${words.join(" ")}'`]),
    ...flags.map(({ flag, about, value, choices }) => {
      const argument = choices.length === 0 ? "" : ` -a '${choices.join(" ")}'`;
      const takes = value ? ` -r${argument}` : "";
      return `${here} -l ${flag.slice(2)}${takes} -d '${about.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
    }),
  ];
}
