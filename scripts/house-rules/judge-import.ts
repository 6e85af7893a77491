// Owns the verdict on one import: what the table in rooms.ts says of it, in words that name the
// file, the import and what would be allowed. Reads no file; the syntax is plugin.ts's.
import { isBuiltin } from "node:module";
import { matchesGlob, posix } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { ANY_PACKAGE, LIBRARIES, NODE, ROOMS_OF_ROOMS, TABLE, type Row } from "./rooms.ts";

export interface Import {
  /** The importing file, relative to the project's folder. */
  readonly file: string;
  /** What stands between the quotes. */
  readonly specifier: string;
  /** The imported names; `*` for all of them. */
  readonly names: readonly string[];
  /** Whether nothing of it is left at run time. */
  readonly typeOnly?: boolean;
}

/** The complaint about an import, or undefined where it may stand. */
export function judgeImport({ file, specifier, names, typeOnly }: Import): string | undefined {
  const row = TABLE.find(({ from }) => matchesAny(file, from));
  if (row === undefined) {
    return `${file} is in no room of the house: give its folder a row in scripts/house-rules/rooms.ts.`;
  }
  const target = specifier.startsWith(".") ? posix.join(posix.dirname(file), specifier) : undefined;
  const allowed =
    target === undefined
      ? row.packages.some((grant) => grants(grant, specifier, names))
      : matchesAny(target, row.files) ||
        (!row.standalone && roomOf(file) === roomOf(target)) ||
        (typeOnly === true && matchesAny(target, row.types ?? []));
  if (allowed) return undefined;
  const what = target === undefined ? specifier : `${target} ("${specifier}")`;
  return `${file} may not import ${what}: ${explain(row, file)}`;
}

/** `core`, `objects/agent`; `services` for a file that lies directly in a room of rooms. */
function roomOf(path: string): string {
  const [top = "", ...rest] = path.split("/");
  return ROOMS_OF_ROOMS.includes(top) && rest.length > 1 ? `${top}/${rest[0]}` : top;
}

function grants(grant: string, specifier: string, names: readonly string[]): boolean {
  const [name = grant, only] = grant.split("#");
  if (grant === ANY_PACKAGE) return true;
  if (grant === NODE) return isBuiltin(specifier) && specifier !== "node:process";
  if (grant === LIBRARIES) {
    const library = packageOf(specifier);
    return library in manifest.dependencies && !library.startsWith("@restatedev/");
  }
  const granted = name.startsWith("node:") ? specifier === name : packageOf(specifier) === name;
  return granted && (only === undefined || names.every((imported) => imported === only));
}

function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function explain(row: Row, file: string): string {
  const own = row.standalone ? [] : [`${roomOf(file)}/**`];
  const types = (row.types ?? []).map((glob) => `types of ${glob}`);
  const may = [...new Set([...own, ...row.files, ...types, ...row.packages])];
  return `${row.from.join(", ")} may import ${may.join(", ")} and nothing else.`;
}

function matchesAny(path: string, globs: readonly string[]): boolean {
  return globs.some((glob) => matchesGlob(path, glob));
}
