// Owns what docs/cli.md says that --json prints: by command, the names of the fields.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { HOUSE } from "../../house/folder.ts";

export interface Shape {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** There may be more. */
  readonly open: boolean;
}

/** By the command without its arguments, such as `tasks list`. */
export async function documentedShapes(): Promise<ReadonlyMap<string, Shape>> {
  const page = await readFile(join(HOUSE, "docs/cli.md"), "utf8");
  const rows = [...page.matchAll(/^\| (`[^|]+`) \| [^|]*`\{([^`]*)\}`[^|]* \|/gm)];
  return new Map(
    rows.flatMap(([, commands = "", fields = ""]) =>
      [...commands.matchAll(/`([a-z -]+[a-z])/g)].map(
        ([, command = ""]) => [command, shapeOf(fields)] as const,
      ),
    ),
  );
}

function shapeOf(fields: string): Shape {
  // Of what is inside of a field the page says more than its name.
  const names = fields
    .replaceAll(/: \[[^\]]*\]/g, "")
    .split(",")
    .map((name) => name.trim());
  return {
    required: names.filter((name) => /^\w+$/.test(name)),
    optional: names.filter((name) => name.endsWith("?")).map((name) => name.slice(0, -1)),
    open: names.includes("..."),
  };
}
