// Owns the completion script of zsh.
import type { Completions } from "./completions.ts";

/** As bash-script.ts: nothing has to be quoted in the words. */
export function zshScript(completions: Completions): string {
  const below = completions.slice(1).map(({ path }) => `"${path}"`);
  const values = completions.flatMap(({ path, flags }) =>
    flags
      .filter(({ value }) => value)
      .map(({ flag, choices }) =>
        choices.length === 0
          ? `    "${path} ${flag}") _files; return ;;`
          : `    "${path} ${flag}") compadd -- ${choices.join(" ")}; return ;;`,
      ),
  );
  const words = completions.map(({ path, words: names, flags }) => {
    const all = [...names, ...flags.map(({ flag }) => flag)];
    return `    "${path}") compadd -- ${all.join(" ")} ;;`;
  });
  return `#compdef holdfast
# Completion of holdfast for zsh; made by holdfast completion zsh.
_holdfast() {
  local at=holdfast word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in
      ${below.join("|")}) at="$at $word" ;;
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${values.join("\n")}
  esac
  case "$at" in
${words.join("\n")}
  esac
}
if [[ $funcstack[1] = _holdfast ]]; then
  _holdfast "$@"
else
  compdef _holdfast holdfast
fi
`;
}
