// Owns the screens by which people decide and oversee, in a real browser against the real stack: two who decide at
// once, an edit, many at once, a stop, an effect that nobody knows of, and an export that is checked.
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EventsPage } from "../../contract/api.ts";
import type { ApprovalList } from "../../contract/lists.ts";
import type { StopList } from "../../contract/stop.ts";
import { expectAccessible, hasBrowser, openBrowser, openPage } from "./support/browser.ts";
import { type ConsoleScene, openConsoleScene, type Person } from "./support/console-scene.ts";

const REFUND = "A refund for order 1017, please.";

describe.skipIf(!hasBrowser)("who decides and oversees", { timeout: 120_000 }, () => {
  let scene: ConsoleScene;
  let browser: Browser;
  beforeAll(async () => {
    [scene, browser] = await Promise.all([openConsoleScene(), openBrowser()]);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await scene.stop();
  });

  const ask = async <T>(path: string): Promise<T> => {
    const headers = { authorization: `Bearer ${scene.keyOf("bea")}` };
    const answer = await fetch(`${scene.gatewayUrl}/v1${path}`, { headers });
    expect(answer.status, path).toBe(200);
    return (await answer.json()) as T;
  };
  const approvalOf = async (taskId: string): Promise<string> => {
    const { approvals } = await ask<ApprovalList>("/approvals");
    return approvals.find((each) => each.taskId === taskId)?.approvalId ?? "";
  };
  const decidedIn = async (taskId: string) => {
    const path = `/agents/refund-clerk/tasks/${taskId}/events?limit=500`;
    const { events } = await ask<EventsPage>(path);
    return events.filter(({ type }) => type === "approval.decided");
  };
  const windowOf = async (person: Person, path: string) => {
    const opened = await openPage(browser, { key: scene.keyOf(person) });
    await opened.page.goto(`${scene.url}${path}`);
    return opened;
  };
  /** The colours of both themes are console.test.ts's; here each screen is looked at in one. */
  const looksWell = async (page: Page, colorScheme: "light" | "dark" = "light") => {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  };

  it("R96 F14 of two windows that decide at once one is first, and the other is told who, what and when", async () => {
    await scene.start("twice", REFUND, "waiting-approval");
    const id = await approvalOf("twice");
    const windows = await Promise.all(
      (["bea", "cid"] as const).map((person) => windowOf(person, `/approvals/${id}`)),
    );
    const [bea, cid] = windows.map(({ page }) => page) as [Page, Page];
    await bea.getByRole("button", { name: "Claim" }).click();
    // The other window hears of it by itself.
    await cid.getByRole("button", { name: "Take over" }).waitFor();
    await looksWell(bea, "dark");
    for (const page of [bea, cid]) {
      await page.keyboard.press("a");
      await page.getByLabel(/^Reason/).fill("It broke on the way.");
    }
    await Promise.all(
      [bea, cid].map((page) => page.getByRole("button", { name: "Approve", exact: true }).click()),
    );
    const wasFirst = (page: Page) =>
      Promise.race([
        page
          .getByRole("dialog")
          .waitFor({ state: "detached" })
          .then(() => true),
        page
          .getByText(/ was first: the call was approved at /)
          .waitFor()
          .then(() => false),
      ]);
    const first = await Promise.all([bea, cid].map(wasFirst));
    expect(first.filter((each) => each)).toHaveLength(1);
    const winner = first[0] === true ? "bea" : "cid";
    for (const page of [bea, cid])
      await page.getByText(new RegExp(`${winner} approved it .*It broke on the way`)).waitFor();
    expect(await decidedIn("twice")).toMatchObject([
      { actor: { id: winner }, data: { message: "It broke on the way." } },
    ]);
    for (const { page, complaints } of windows) {
      // What the gateway refuses the browser tells too.
      expect(complaints.filter((each) => !each.includes("412"))).toEqual([]);
      await page.context().close();
    }
  });

  it("R39 from the task to its approval, and an edit in a form of the tool's schema, with what differs beside it", async () => {
    await scene.start("edited", REFUND, "waiting-approval");
    const { page, complaints } = await windowOf("bea", "/tasks/refund-clerk/edited");
    await page.getByRole("link", { name: "Decide on issue_refund" }).click();
    await page.getByRole("link", { name: "Entry #1 of the log" }).waitFor();
    await page.getByRole("button", { name: "Approve …" }).waitFor();
    await page.keyboard.press("e");
    await page.getByLabel("cents").fill("many");
    await page.getByText("takes a number").waitFor();
    await page.getByLabel("cents").fill("4200");
    await page.getByText('+ "cents": 4200').waitFor();
    await looksWell(page);
    await page.getByLabel(/^Reason/).fill("Only one was broken.");
    await page.getByRole("button", { name: "Approve with these" }).click();
    await page.getByText(/bea approved it .*Only one was broken/).waitFor();
    const [decided] = await decidedIn("edited");
    expect(decided).toMatchObject({
      data: { edited: { arguments: { text: '{"cents":4200,"order":"1017"}' } } },
    });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("many are rejected at once, each after it was shown with what it comes to", async () => {
    await Promise.all(["m-1", "m-2"].map((id) => scene.start(id, REFUND, "waiting-approval")));
    const { page, complaints } = await windowOf("bea", "/approvals?risk=high");
    for (const id of ["m-1", "m-2"]) await page.getByLabel(`Choose issue_refund of ${id}`).check();
    await page.getByRole("button", { name: "Reject …" }).click();
    const items = page.getByRole("dialog").getByRole("listitem");
    await items.filter({ hasText: "Settles it: rejected" }).nth(1).waitFor();
    await looksWell(page);
    await page.getByLabel(/^Reason/).fill("No photograph.");
    await page.getByRole("button", { name: "Reject 2" }).click();
    await page.getByText("Nothing like that waits for a decision").waitFor();
    for (const id of ["m-1", "m-2"])
      expect(await decidedIn(id)).toMatchObject([{ data: { decision: "reject" } }]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("R99 a tool is stopped with a reason, and lifted; a viewer is not offered it", async () => {
    const { page, complaints } = await windowOf("bea", "/rules");
    await page.getByRole("button", { name: "Stop …" }).click();
    await page.getByLabel("Its name, exactly").fill("issue_refund");
    await page.getByLabel(/^Reason/).fill("Too many refunds.");
    await page.getByRole("button", { name: "Stop tool issue_refund" }).click();
    await page.getByRole("cell", { name: "tool issue_refund" }).waitFor();
    const stops = () => ask<StopList>("/stops");
    expect(await stops()).toMatchObject({
      stops: [{ kind: "tool", name: "issue_refund", by: "bea", reason: "Too many refunds." }],
    });
    await looksWell(page, "dark");
    const viewer = await windowOf("vic", "/rules");
    await viewer.page.getByRole("cell", { name: "tool issue_refund" }).waitFor();
    expect(await viewer.page.getByRole("button", { name: /Stop …|Lift …/ }).count()).toBe(0);
    await viewer.page.context().close();
    await page.getByRole("button", { name: "Lift …" }).click();
    await page.getByLabel(/^Reason/).fill("Counted.");
    await page.getByRole("button", { name: "Lift it" }).click();
    await page.getByText("Nothing is stopped").waitFor();
    expect(await stops()).toEqual({ stops: [] });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("R95 an effect that nobody knows of is settled by who has looked", async () => {
    await scene.start("lost", "A letter to Ada", "waiting-reconcile");
    const { page, complaints } = await windowOf("bea", "/effects");
    await looksWell(page);
    await page.getByRole("button", { name: "Say what happened …" }).click();
    await page.getByLabel("It happened").check();
    await page.getByLabel(/^Reason/).fill("Ada has the letter.");
    await page.getByRole("button", { name: "Put it on record" }).click();
    await page.getByText("It is known of every effect").waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("R73 R101 what somebody did is found; a task is exported, and one that was edited is found out", async () => {
    await scene.start("kept", "hello", "idle");
    await scene.post("kept", "pause", { reason: "The customer is away." });
    const { page, complaints } = await windowOf(
      "bea",
      "/audit?by=ada&agent=refund-clerk&taskId=kept",
    );
    await page.getByRole("cell", { name: "The customer is away." }).waitFor();
    await looksWell(page);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export kept" }).click(),
    ]);
    const file = join(tmpdir(), `holdfast-console-${process.pid}.jsonl`);
    await download.saveAs(file);
    const verify = async (words: RegExp | string) => {
      await page.getByLabel("An exported task").setInputFiles(file);
      await page.getByText(words).waitFor();
      await page.getByRole("button", { name: "Close" }).click();
    };
    await verify("It is whole: nothing was changed, left out or put in.");
    const text = await readFile(file, "utf8");
    expect(text).toContain("The customer is away.");
    await writeFile(file, text.replace("The customer is away.", "The customer is here."));
    await verify(/^Line \d+, entry #\d+: /);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("schedules and budgets are shown, and read by those who cannot see them", async () => {
    const { page, complaints } = await windowOf("bea", "/budgets");
    await page.getByRole("figure", { name: "Money by day" }).waitFor();
    await looksWell(page);
    await page.goto(`${scene.url}/schedules`);
    await page.getByText("There are no schedules").waitFor();
    await looksWell(page);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
