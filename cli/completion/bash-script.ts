// Owns the completion script of bash.
import type { Completions } from "./completions.ts";

/** Names and choices are words of letters, digits and dashes: nothing has to be quoted in them. */
export function bashScript(completions: Completions): string {
  const below = completions.slice(1).map(({ path }) => `"${path}"`);
  const values = completions.flatMap(({ path, flags }) =>
    flags
      .filter(({ value }) => value)
      .map(({ flag, choices }) => `    "${path} ${flag}") words="${choices.join(" ")}"; flag=1 ;;`),
  );
  const words = completions.map(
    ({ path, words: names, flags }) =>
      `      "${path}") words="${[...names, ...flags.map(({ flag }) => flag)].join(" ")}" ;;`,
  );
  return `# Completion of holdfast for bash; made by holdfast completion bash.
_holdfast() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local at=holdfast words="" flag="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in
      ${below.join("|")}) at="$at $word" ;;
    esac
  done
  case "$at $previous" in
${values.join("\n")}
  esac
  if [[ -z $flag ]]; then
    case "$at" in
${words.join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _holdfast holdfast
`;
}
