// Owns that the planted bugs still are some: each applies to today's code, in one place, and names the test
// file that must catch it. That they are caught is seen by `npm run planted`.
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { PLANTED_BUGS } from "../../scripts/planted-bugs/bugs.ts";
import { plant } from "../../scripts/planted-bugs/planted-bug.ts";

const HOUSE = resolve(import.meta.dirname, "../..");

describe("the planted bugs", () => {
  it("are at least 25, each with a name of its own", () => {
    expect(PLANTED_BUGS.length).toBeGreaterThanOrEqual(25);
    expect(new Set(PLANTED_BUGS.map(({ id }) => id)).size).toBe(PLANTED_BUGS.length);
  });

  it.each(PLANTED_BUGS)("$id applies to today's code, and names a test", async (bug) => {
    const text = await readFile(join(HOUSE, bug.file), "utf8");
    expect(plant(bug, text)).not.toBe(text);
    expect(existsSync(join(HOUSE, bug.caughtBy)), bug.caughtBy).toBe(true);
  });

  it("are in the docs, all of them and no other", async () => {
    const folder = join(HOUSE, "docs");
    const names = (await readdir(folder)).filter((name) => name.startsWith("reliability"));
    const pages = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
    const [, section = ""] = pages.join("\n").split("Do the checkers bite?\n");
    const [own = ""] = section.split(/^#/m);
    const listed = [...own.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, id]) => id);
    expect(listed).toEqual(PLANTED_BUGS.map(({ id }) => id));
  });

  it("say where they do not apply", () => {
    const [bug] = PLANTED_BUGS;
    if (bug === undefined) throw new Error("there is none");
    expect(() => plant(bug, "")).toThrow(`${bug.id} does not apply`);
    expect(() => plant(bug, bug.search.repeat(2))).toThrow("2 times");
  });
});
