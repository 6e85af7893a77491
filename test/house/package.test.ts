// Owns the proof that what `npm pack` makes is what a user can install: built JavaScript with its
// types, the licence and the server's settings, and no dependency that is only ours.
import { readFileSync } from "node:fs";
import { mkdir, readFile, readdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { HOUSE, withFolder } from "./folder.ts";
import { run } from "./run.ts";

const MANIFEST = JSON.parse(readFileSync(join(HOUSE, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
};
interface Bin {
  readonly bin: { readonly holdfast: string };
}

const SCRIPT = `
import { defineAgent, defineTool } from "holdfast";
import * as contract from "holdfast/contract";
import * as testing from "holdfast/testing";
console.log(typeof defineAgent, typeof defineTool);
console.log(Object.keys(contract).length > 0, Object.keys(testing).length > 0);
`;
const TYPES = `
import type { AgentDefinition } from "holdfast";
import type { EffectClass } from "holdfast/contract";
export const effect: EffectClass = "financial";
// @ts-expect-error: the types are there, and are not any
export const agent: AgentDefinition = effect;
`;
const CONFIG = {
  compilerOptions: {
    module: "nodenext",
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ["node"],
    lib: ["es2024"],
  },
};

it(
  "packs what a user can install, import, compile against and run",
  { timeout: 180_000 },
  async () => {
    const files = {
      "package.json": `{ "type": "module" }`,
      "use.mjs": SCRIPT,
      "types.ts": TYPES,
      "tsconfig.json": JSON.stringify(CONFIG),
    };
    await withFolder({ files, linked: ["node_modules/@types/node"] }, async (user) => {
      const installed = join(user, "node_modules/holdfast");
      const pack = await run("npm", ["pack", "--silent", "--pack-destination", user], HOUSE);
      expect(pack).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^holdfast-.*\.tgz\n$/),
      });
      await mkdir(installed);
      const tar = ["-xzf", pack.stdout.trim(), "-C", installed, "--strip-components=1"];
      expect(await run("tar", tar, user)).toMatchObject({ code: 0 });
      for (const name of Object.keys(MANIFEST.dependencies)) {
        const place = join(user, "node_modules", name);
        await mkdir(dirname(place), { recursive: true });
        await symlink(join(HOUSE, "node_modules", name), place);
      }

      expect((await readdir(installed)).toSorted()).toEqual(
        [
          "LICENSE",
          "README.md",
          "deploy",
          "dist",
          "package.json",
          "restate.toml",
          "templates",
        ].toSorted(),
      );
      expect(await readdir(join(installed, "dist/console"))).toContain("index.html");
      expect(await run("node", ["use.mjs"], user)).toEqual({
        code: 0,
        stdout: "function function\ntrue true\n",
        stderr: "",
      });
      const { bin } = JSON.parse(await readFile(join(installed, "package.json"), "utf8")) as Bin;
      const usage = await run("node", [join(installed, bin.holdfast), "--help"], user);
      expect(usage).toMatchObject({ code: 0, stdout: expect.stringContaining("\n  drain ") });
      const tsc = join(HOUSE, "node_modules/typescript/bin/tsc");
      expect(await run("node", [tsc], user)).toMatchObject({ code: 0, stdout: "" });
    });
  },
);
