// Owns that no example shows a worker which others reach and which takes work from anybody: wherever a file
// of deploy/, templates/ or examples/ binds one to more than loopback, the server signs and the worker checks.
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const HOUSE = resolve(import.meta.dirname, "../..");
const FOLDERS = ["deploy", "templates", "examples"].filter((name) => existsSync(join(HOUSE, name)));

/** A worker's address that is not loopback, as an environment variable in any syntax has it. */
const OPEN =
  /HOLDFAST_BIND["']?(?:\s*[:=,]\s*|\s*,\s*value:\s*)["']?(?!127\.|::1|localhost)[\w:.[]/;

async function textsOf(folder: string): Promise<readonly (readonly [string, string])[]> {
  const entries = await readdir(join(HOUSE, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter(
    (each) => each.isFile() && !each.parentPath.includes("node_modules"),
  );
  return Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(HOUSE.length + 1), await readFile(path, "utf8")] as const;
    }),
  );
}

it("R47 every example configuration that is not loopback has signed requests", async () => {
  const texts = (await Promise.all(FOLDERS.map(textsOf))).flat();
  const open = texts.filter(([, text]) => OPEN.test(text));
  expect(open.map(([path]) => path)).toEqual(
    expect.arrayContaining(["deploy/compose.yaml", "deploy/kubernetes.yaml"]),
  );
  for (const [path, text] of open) {
    expect(text, path).toMatch(/RESTATE_WORKER__INVOKER__REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE/);
    expect(text, path).toMatch(/HOLDFAST_IDENTITY_KEYS/);
  }
});

it.each([
  ["HOLDFAST_BIND: 0.0.0.0", true],
  ['{ name: HOLDFAST_BIND, value: "::" }', true],
  ["HOLDFAST_BIND=10.0.0.2", true],
  ["HOLDFAST_BIND: 127.0.0.1", false],
  ["HOLDFAST_BIND=localhost", false],
])("%j is seen for what it is", (text, isOpen) => {
  expect(OPEN.test(text)).toBe(isOpen);
});
