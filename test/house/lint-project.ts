// Owns linting the files of a test as the house is linted: with its configuration and its rules.
import { join } from "node:path";
import { HOUSE, withFolder } from "./folder.ts";
import { run } from "./run.ts";

/** One complaint of the linter: `rule` is `plugin(name)`. */
export interface Complaint {
  readonly file: string;
  readonly rule: string;
  readonly message: string;
}

interface Report {
  readonly diagnostics: readonly {
    readonly filename: string;
    readonly code: string;
    readonly message: string;
  }[];
}

/** `files`: path to text. */
export function lintProject(files: Readonly<Record<string, string>>): Promise<Complaint[]> {
  const house = {
    copied: [".oxlintrc.json", "tsconfig.json"],
    linked: ["scripts", "node_modules"],
  };
  return withFolder({ ...house, files }, async (folder) => {
    const oxlint = join(HOUSE, "node_modules/oxlint/bin/oxlint");
    const { stdout } = await run(process.execPath, [oxlint, "--format", "json"], folder);
    const { diagnostics } = JSON.parse(stdout) as Report;
    return diagnostics.map(({ filename, code, message }) => ({
      file: filename,
      rule: code,
      message,
    }));
  });
}
