// Owns that what the documents say is so: their tables equal the code's, their code compiles.
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
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

describe("the documents", () => {
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

  it("R45 docs/effects.md shows the policy table as it is in the code", async () => {
    const said = (await rowsOf("docs/effects.md")).map(([name, ...cells]) => [
      name,
      ...cells.map((cell) => cell === "yes"),
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
    ]);
    expect(said).toEqual(rows);
  });

  it("docs/errors.md lists every code with its status", async () => {
    const said = (await rowsOf("docs/errors.md")).filter(([, status]) => /^\d+$/.test(status ?? ""));
    const listed = said.map(([code, status]) => [code, Number(status)]);
    expect(listed).toEqual(Object.entries(ERROR_STATUS));
  });

  it.each(["README.md", "docs/credentials.md", "docs/effects.md", "docs/encryption.md", "docs/testing.md"])("the code in %s compiles against the public exports", async (page) => {
    // Inside the project, so that packages are found; git and the compiler pass it over.
    await mkdir(join(root, ".holdfast"), { recursive: true });
    const folder = await mkdtemp(join(root, ".holdfast/docs-"));
    folders.push(folder);
    const blocks = [...(await read(page)).matchAll(/```ts\n(.*?)```/gs)];
    expect(blocks.length).toBeGreaterThan(0);
    for (const [index, block] of blocks.entries()) {
      await writeFile(join(folder, `block-${index}.ts`), block[1] ?? "");
    }
    const options = {
      extends: join(root, "tsconfig.json"),
      compilerOptions: {
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
    const pages = ["README.md", "docs/effects.md", "docs/how-it-works.md", "docs/testing.md"];
    for (const page of pages) {
      const links = [...(await read(page)).matchAll(/\]\((?!https?:)([^)#]+)\)/g)];
      for (const [, target] of links) {
        const path = resolve(root, page, "..", target ?? "");
        const found = target?.endsWith("/") ? readFile(join(path, "0001-rooms.md")) : readFile(path);
        await expect(found, `${page} links to ${target}`).resolves.toBeDefined();
      }
    }
  });
});
