// Owns the proof of what a user and a build server read from the project's own commands: the
// sentence on a wrong Node, the gate of claimed requirements, the last line of .ci/run.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findMissing } from "../../scripts/complete-lockfile.ts";
import { HOUSE, withFolder } from "./folder.ts";
import { type Outcome, run } from "./run.ts";

describe("scripts/check-node.mjs", () => {
  const check = (wanted: string): Promise<Outcome> => {
    const manifest = JSON.stringify({ devDependencies: { node: wanted } });
    const contents = { copied: ["scripts/check-node.mjs"], files: { "package.json": manifest } };
    return withFolder(contents, (folder) =>
      run(process.execPath, ["scripts/check-node.mjs"], folder),
    );
  };

  it("is silent on the project's Node", async () => {
    expect(await check(process.versions.node)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("says in one sentence what to do on another", async () => {
    const sentence =
      `Holdfast runs on Node 99, and this is Node ${process.versions.node}: run \`npm ci\` without ` +
      "--ignore-scripts to get the project's own, or put a Node 99 first in PATH.\n";
    expect(await check("99.1.0")).toEqual({ code: 1, stdout: "", stderr: sentence });
  });

  it("comes first in every command that needs Node", () => {
    const manifest = readFileSync(join(HOUSE, "package.json"), "utf8");
    const { scripts } = JSON.parse(manifest) as { scripts: Record<string, string> };
    for (const [name, script] of Object.entries(scripts)) {
      expect(script, name).toMatch(/^(node scripts\/check-node\.mjs && |npm run --silent \w+)/);
    }
  });
});

describe("the gate of claimed requirements", () => {
  const manifest = `{ "type": "module" }`;
  const config = `
    import { requirementsReporter } from "${HOUSE}/test/requirements-reporter.ts";
    import { totalsReporter } from "${HOUSE}/test/totals-reporter.ts";
    const reporters = [requirementsReporter(["R1", "R30", "F6"]), totalsReporter()];
    export default { test: { include: ["*.test.ts"], reporters } };`;
  const one = `
    import { describe, expect, it } from "vitest";
    describe("F6 large results", () => { it("R30 are stored", () => {}); });
    it("R11 is another id", () => {});
    it.skip("R1 waits", () => {});`;
  const two = `
    import { expect, it } from "vitest";
    it("R1 fails", () => { expect(1).toBe(2); });`;
  const suite = (files: Record<string, string>, ...args: string[]): Promise<Outcome> =>
    withFolder(
      {
        linked: ["node_modules"],
        files: { "package.json": manifest, "vitest.config.ts": config, ...files },
      },
      (folder) => run("node_modules/.bin/vitest", ["run", ...args], folder),
    );

  it("fails a whole run for an id that no passing test cites", async () => {
    const { code, stdout, stderr } = await suite({ "one.test.ts": one });
    expect(stderr).toContain("cited by no passing test: R1\n");
    expect(stdout).toMatch(/\n2 passed, 0 failed\n$/);
    expect(code).toBe(1);
  });

  it("does not take a failing test for a proof, and counts it", async () => {
    const broken = "import './nowhere.ts';";
    const { code, stdout, stderr } = await suite({
      "one.test.ts": one,
      "two.test.ts": two,
      "broken.test.ts": broken,
    });
    expect(stderr).toContain("cited by no passing test: R1\n");
    expect(stdout).toMatch(/\n2 passed, 2 failed\n$/);
    expect(code).toBe(1);
  });

  it("lets a whole run through that proves all of them", async () => {
    const proof = two.replace("toBe(2)", "toBe(1)");
    const { code, stderr } = await suite({ "one.test.ts": one, "two.test.ts": proof });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it.each([["one"], ["--testNamePattern=stored"]])(
    "lets a run of a part through: %s",
    async (arg) => {
      const { code, stderr } = await suite({ "one.test.ts": one, "two.test.ts": two }, arg);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    },
  );
});

describe(".ci/run", () => {
  const ci = (npm: string): Promise<Outcome> =>
    withFolder(
      { copied: [".ci/run"], files: { "bin/npm": `#!/bin/sh\n${npm}\n` } },
      async (folder) => {
        await run("chmod", ["+x", "bin/npm"], folder);
        return run(".ci/run", [], folder, [join(folder, "bin")]);
      },
    );

  it.each([
    ["all pass", `[ "$1" = ci ] || echo "7 passed, 0 failed"`, 0, "7 passed, 0 failed"],
    [
      "tests fail",
      `[ "$1" = ci ] || { echo "5 passed, 2 failed"; echo after; exit 1; }`,
      1,
      "5 passed, 2 failed",
    ],
    [
      "only the gate fails",
      `[ "$1" = ci ] || { echo "7 passed, 0 failed"; exit 1; }`,
      1,
      "7 passed, 1 failed",
    ],
    ["no test is reached", `[ "$1" = ci ] || exit 2`, 2, "0 passed, 1 failed"],
    ["the install fails", `[ "$1" = test ] || exit 1`, 1, "0 passed, 1 failed"],
    ["somebody waits for input", `cat; echo "1 passed, 0 failed"`, 0, "1 passed, 0 failed"],
  ])("ends with the totals when %s", async (_, npm, code, totals) => {
    const outcome = await ci(npm);
    expect(outcome.stdout.trimEnd().split("\n").at(-1)).toBe(totals);
    expect(outcome.code).toBe(code);
  });
});

describe("package-lock.json", () => {
  it("holds the optional packages of every platform, without which npm ci refuses it", () => {
    const lockfile = readFileSync(join(HOUSE, "package-lock.json"), "utf8");
    expect(findMissing(JSON.parse(lockfile) as Parameters<typeof findMissing>[0])).toEqual([]);
  });
});
