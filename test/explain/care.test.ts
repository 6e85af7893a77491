// Owns that every status is looked after (R77, R79): the table is complete, each page that it names is
// there, and docs/statuses.md and docs/explain.md show what is in the code.
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { TASK_STATUSES } from "../../contract/status.ts";
import { STUCK_KINDS } from "../../contract/watch.ts";
import { runbookPath, STATUS_CARE } from "../../core/watch/status-care.ts";

const root = resolve(import.meta.dirname, "../..");
const read = (path: string) => readFile(join(root, path), "utf8");

/** The cells of the table whose head begins with this one. */
async function tableOf(page: string, head: string): Promise<readonly (readonly string[])[]> {
  const lines = (await read(page)).split("\n");
  const from = lines.findIndex((line) => line.startsWith(`| ${head} |`));
  const rows = lines.slice(from + 2);
  const end = rows.findIndex((line) => !line.startsWith("|"));
  return rows.slice(0, end).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe("the table of statuses", () => {
  it.each(TASK_STATUSES)("R77 R79 says all of %s, and its page is there", async (status) => {
    const care = STATUS_CARE[status];
    for (const [field, said] of Object.entries<string>({ ...care }))
      expect(said.trim(), field).not.toBe("");
    const page = await read(runbookPath(status));
    expect(page).toMatch(/^# Runbook: /);
    // It names the status that it is about.
    expect(page.split("\n")[0]).toContain(status);
  });

  it("R77 has a page for each notification and none that nothing leads to", async () => {
    const pages = await readdir(join(root, "docs/runbooks"));
    const named = TASK_STATUSES.map((status) => `${STATUS_CARE[status].runbook}.md`);
    const rules = await read("deploy/alerts/holdfast.rules.yaml");
    const alerts = [...rules.matchAll(/docs\/runbooks\/(\S+)/g)].map(([, page = ""]) => page);
    const led = new Set([...named, ...alerts, "stuck.md"]);
    expect(pages.toSorted()).toEqual([...led].toSorted());
    const stuck = await read("docs/runbooks/stuck.md");
    for (const kind of STUCK_KINDS) expect(stuck).toContain(`| \`${kind}\` |`);
  });

  it("R79 is shown in docs/statuses.md as it is", async () => {
    const shown = await tableOf("docs/statuses.md", "looked after");
    const rows = TASK_STATUSES.map((status) => {
      const { watch, recovery, runbook, livesIn, pause, resume, interrupt } = STATUS_CARE[status];
      const link = `[${status}](runbooks/${runbook}.md)`;
      return [link, watch, recovery, livesIn, pause, resume, interrupt];
    });
    expect(shown).toEqual(rows);
  });
});
