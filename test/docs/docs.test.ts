// Owns that what the documents say is so: their tables equal the code's, their code compiles.
import { spawnSync } from "node:child_process";
import { glob, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ERROR_STATUS } from "../../contract/errors.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";

const root = resolve(import.meta.dirname, "../..");
const read = (path: string) => readFile(join(root, path), "utf8");

/** The cells of a document's table rows that begin with a code in backticks. */
async function rowsOf(path: string): Promise<string[][]> {
  const lines = (await read(path)).split("\n").filter((line) => line.startsWith("| `"));
  return lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

/** Every page that is written for people, by its path. */
async function pages(): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const path of glob("docs/**/*.md", { cwd: root })) found.push(path);
  return ["README.md", ...found.toSorted()];
}

/** The TypeScript of all pages, each block under the name of a file of its own. */
async function codeBlocks() {
  const blocks: { page: string; name: string; code: string }[] = [];
  for (const page of await pages()) {
    const found = [...(await read(page)).matchAll(/```ts\n(.*?)```/gs)];
    for (const [index, [, code = ""]] of found.entries()) {
      blocks.push({ page, name: `${page.replaceAll(/[/.]/g, "-")}-${index}.ts`, code });
    }
  }
  return blocks;
}

describe("the documents", () => {
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

  it("R45 docs/effects.md shows the policy table as it is in the code", async () => {
    const said = (await rowsOf("docs/effects.md")).map(([name, ...cells]) => [
      name,
      ...cells.slice(0, -1).map((cell) => cell === "yes"),
      cells.at(-1),
    ]);
    const rows = Object.entries(EFFECT_POLICY).map(([name, policy]) => [
      name,
      policy.approval,
      policy.repeatable,
      policy.needsKey,
      policy.compensation,
      policy.freshAuthority,
      policy.fork,
      policy.replay,
      policy.changes,
      policy.risk,
    ]);
    expect(said).toEqual(rows);
  });

  it("docs/errors.md lists every code with its status", async () => {
    const said = (await rowsOf("docs/errors.md")).filter(([, status]) => /^\d+$/.test(status ?? ""));
    const listed = said.map(([code, status]) => [code, Number(status)]);
    expect(listed).toEqual(Object.entries(ERROR_STATUS));
  });

  it("the code in every page compiles against the public exports", async () => {
    const blocks = await codeBlocks();
    expect(blocks.map(({ page }) => page)).toContain("README.md");
    // Inside the project, so that packages are found; git and the compiler pass it over.
    await mkdir(join(root, ".holdfast"), { recursive: true });
    const folder = await mkdtemp(join(root, ".holdfast/docs-"));
    folders.push(folder);
    for (const { name, code } of blocks) await writeFile(join(folder, name), code);
    const options = {
      extends: join(root, "tsconfig.json"),
      compilerOptions: {
        // A page that imports nothing shares no names with the others.
        moduleDetection: "force",
        paths: {
          holdfast: [join(root, "index.ts")],
          "holdfast/testing": [join(root, "testing/index.ts")],
        },
      },
      include: ["*.ts"],
    };
    await writeFile(join(folder, "package.json"), '{"type":"module"}');
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(options));
    const tsc = join(root, "node_modules/.bin/tsc");
    const checked = spawnSync(tsc, ["--noEmit", "-p", folder], { encoding: "utf8" });
    expect(checked.stdout).toBe("");
  });

  it("every page that a document links to exists", async () => {
    for (const page of await pages()) {
      const links = [...(await read(page)).matchAll(/\]\((?!https?:)([^)#]+)\)/g)];
      for (const [, target] of links) {
        const path = resolve(root, page, "..", target ?? "");
        const found = target?.endsWith("/") ? readFile(join(path, "0001-rooms.md")) : readFile(path);
        await expect(found, `${page} links to ${target}`).resolves.toBeDefined();
      }
    }
  });
});
