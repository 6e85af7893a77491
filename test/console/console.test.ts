// Shows the console as a person uses it, in a real browser before a real stack: what is stuck is found, read and
// mended; a task is followed through the death of its worker; many are acted on at once; keys, themes and roles.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LOOKS, STORY } from "./support/clerk.ts";
import {
  expectAccessible,
  expectContrast,
  hasBrowser,
  openBrowser,
  openPage,
  type PageOf,
} from "./support/browser.ts";
import { type ConsoleScene, openConsoleScene, type Person } from "./support/console-scene.ts";

const FIRST_LOAD_BYTES = 200_000;

describe.skipIf(!hasBrowser)("the console in a browser", { timeout: 180_000 }, () => {
  let scene: ConsoleScene;
  let browser: Browser;
  beforeAll(async () => {
    [scene, browser] = await Promise.all([openConsoleScene(), openBrowser()]);
    await Promise.all([
      scene.start("case-refund", "A refund for order 1017, please.", "waiting-approval"),
      scene.start("case-stuck", "I have a broken key.", "needs-operator"),
      scene.start("case-idle", "hello", "idle"),
      scene.start("case-other", "hello", "idle"),
      scene.start("case-ended", "hello", "idle"),
    ]);
    await scene.post("case-ended", "complete", { reason: "it is done" });
    await scene.post("case-idle", "pause", { reason: "the customer asked us to wait" });
  });
  afterAll(async () => {
    await browser?.close();
    await scene?.stop();
  });

  /** In a window of its own; resolves to what the page has complained of. */
  const visit = async (
    path: string,
    act: (page: Page) => Promise<void>,
    { as = "ada", ...more }: Omit<PageOf, "key"> & { readonly as?: Person } = {},
  ): Promise<readonly string[]> => {
    const { page, complaints } = await openPage(browser, { key: scene.keyOf(as), ...more });
    page.setDefaultTimeout(45_000);
    await page.goto(`${scene.url}${path}`);
    await act(page);
    await page.context().close();
    return complaints;
  };
  const task = (taskId: string) => `/tasks/refund-clerk/${taskId}`;
  const seen = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();
  const because = async (page: Page, reason: string, confirm: string): Promise<void> => {
    const dialog = page.getByRole("dialog");
    expect(await dialog.getByRole("button", { name: confirm }).isDisabled()).toBe(true);
    await dialog.getByLabel("Reason").fill(reason);
    await dialog.getByRole("button", { name: confirm }).click();
    await dialog.waitFor({ state: "detached" });
  };

  it("R76 R75 R73 R100 finds the stuck task, reads why, retries it once the cause is gone, and sees it on record", async () => {
    const complaints = await visit("/", async (page) => {
      await page.getByRole("link", { name: /^Stuck/ }).click();
      await page.getByRole("link", { name: "case-stuck" }).click();
      const why = page.getByRole("region", { name: "Why" });
      await why
        .getByText(/needs-operator; since .* it waits for somebody to look: authentication/)
        .waitFor();
      await page.getByText("What keeps it, and what comes next").click();
      await why.getByText(/An operator can bring it on/).waitFor();
      await why.getByText("needs-operator.md").waitFor();
      await scene.mendKey();
      await page.getByRole("button", { name: "Retry" }).click();
      await because(page, "the key is renewed", "Retry");
      await seen(page, "Good day. How can I help?");
      await why.getByText(/^idle; /).waitFor();
      await page.getByRole("button", { name: "All entries" }).click();
      await seen(page, /the key is renewed/);
      // The fleet knows it without being asked.
      await page.getByRole("link", { name: "Fleet" }).click();
      await page.getByRole("link", { name: /^Stuck 0/ }).click();
      await seen(page, "No task is so now");
    });
    expect(complaints).toEqual([]);
  });

  it("R72 R76 resumes a held task by a key, with a reason, and says who did it", async () => {
    const complaints = await visit(task("case-idle"), async (page) => {
      await seen(page, /lift the hold: it is paused \(the customer asked us to wait\)/);
      await page.keyboard.press("r");
      await because(page, "the customer called back", "Resume");
      await seen(page, "ada resumes the task");
      await seen(page, "the customer called back");
      expect((await scene.status("case-idle")).status).toBe("idle");
    });
    expect(complaints).toEqual([]);
  });

  it("R104 R10 R74 follows a task live, whole and in order, through a SIGKILL of its worker", async () => {
    await scene.start("case-long", "Look often, please.");
    const complaints = await visit(`${task("case-long")}?show=all`, async (page) => {
      await page.evaluate("window.theSame = true");
      await seen(page, "look_up_order returns");
      await scene.killWorker();
      await scene.startWorker();
      await seen(page, "Looked often enough.");
      const { cursor } = await scene.status("case-long");
      await seen(page, `${cursor + 1} entries`);
      await page.getByRole("button", { name: "Tools" }).click();
      // What was in flight is told once.
      expect(cursor).toBeGreaterThan(2 * LOOKS);
      expect(await page.evaluate("window.theSame")).toBe(true);
    });
    expect(complaints).toEqual([]);
  });

  it("R104 R10 goes on at its cursor after it was cut off: what came meanwhile comes once", async () => {
    await scene.start("case-away", "hello", "idle");
    const complaints = await visit(`${task("case-away")}?show=all`, async (page) => {
      await seen(page, "Good day. How can I help?");
      const streams: string[] = [];
      page.on("request", (request) => {
        if (request.url().endsWith("/case-away/stream"))
          streams.push(request.headers()["last-event-id"] ?? "none");
      });
      const { cursor } = await scene.status("case-away");
      await seen(page, `${cursor + 1} entries`);
      await scene.restartGateway();
      await scene.post("case-away", "send", { message: "Are you there?" });
      await seen(page, "Are you there?");
      await page.getByText("Good day. How can I help?").nth(1).waitFor();
      const { cursor: now } = await scene.status("case-away");
      await seen(page, `${now + 1} entries`);
      expect(streams).toContain(String(cursor));
    });
    // What a browser says of a gateway that is not there.
    expect(complaints.filter((each) => !/ERR_|unreachable/.test(each))).toEqual([]);
  });

  it("R104 shows what the model writes while it writes, and once the answer is there no more", async () => {
    const complaints = await visit(task("case-other"), async (page) => {
      await seen(page, /entries$/);
      await scene.post("case-other", "send", { message: "Tell me a story." });
      await seen(page, "Model writes …");
      await seen(page, STORY);
      await page.getByText("Model writes …").waitFor({ state: "detached" });
    });
    expect(complaints).toEqual([]);
  });

  it("R72 R73 acts on exactly the tasks that were shown before, with one reason", async () => {
    await Promise.all(
      ["bulk-1", "bulk-2"].map((id) => scene.start(id, "a parcel", "waiting-event")),
    );
    const complaints = await visit("/", async (page) => {
      for (const id of ["bulk-1", "bulk-2", "case-ended"])
        await page.getByLabel(`Choose ${id}`).check();
      await page.getByRole("button", { name: "Act on them" }).click();
      await page.getByRole("menuitem", { name: /^Pause/ }).click();
      const dialog = page.getByRole("dialog", { name: "Pause 2 tasks" });
      await dialog.getByText("1 task cannot be asked now").waitFor();
      await dialog.getByText("refund-clerk/bulk-2").waitFor();
      await because(page, "the carrier is on strike", "Pause 2 tasks");
      const row = page.getByRole("row").filter({ hasText: "bulk-1" });
      await row.getByText("paused").waitFor();
      for (const id of ["bulk-1", "bulk-2"]) {
        const { hold } = await scene.status(id);
        expect(hold).toMatchObject({ reason: "the carrier is on strike", by: "ada" });
      }
      expect((await scene.status("case-ended")).status).toBe("completed");
    });
    expect(complaints).toEqual([]);
  });

  it("R76 has an address for each view, each entry and each filter", async () => {
    const complaints = await visit(`${task("case-refund")}?entry=1`, async (page) => {
      await page.getByText('"messageId": "start"').waitFor();
      await page.getByRole("link", { name: "State" }).click();
      await page
        .getByRole("group", { name: "Execution history" })
        .getByText("begin")
        .first()
        .waitFor();
      await page.getByRole("group", { name: "Long-term memory" }).getByText("None yet").waitFor();
      await page.reload();
      await page
        .getByRole("group", { name: "Conversation" })
        .getByText("A refund for order 1017, please.")
        .waitFor();
      await page.getByRole("link", { name: "Waterfall" }).click();
      await page.getByText("approval of issue_refund").waitFor();
      await page.getByRole("link", { name: "Manifest" }).click();
      await page.getByText('"instructions": "You answer customers').waitFor();
    });
    expect(complaints).toEqual([]);
    const others = await visit("/?status=waiting-approval&owner=ada", async (page) => {
      await page.getByRole("link", { name: "case-refund" }).waitFor();
      expect(await page.getByRole("link", { name: /^case-/ }).count()).toBe(1);
    });
    expect(others).toEqual([]);
  });

  it("R76 goes by keys alone: the map, the palette, from row to row; and letters can be switched off", async () => {
    const complaints = await visit("/", async (page) => {
      await page.getByRole("link", { name: "case-refund" }).waitFor();
      await page.keyboard.press("?");
      const map = page.getByRole("dialog", { name: "Keyboard" });
      await map.getByText("Next row").waitFor();
      await page.keyboard.press("Escape");
      await map.waitFor({ state: "detached" });
      await page.keyboard.press("j");
      await page.locator('a[href*="/tasks/"]:focus').waitFor();
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/tasks\/refund-clerk\//);
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox").fill("case-ref");
      await page.getByRole("option", { name: /case-refund/ }).waitFor();
      await page.keyboard.press("Enter");
      await page.waitForURL(/case-refund$/);
      await page.keyboard.press("?");
      await map.getByLabel("Single-letter shortcuts").uncheck();
      await page.keyboard.press("Escape");
      await map.waitFor({ state: "detached" });
      await page.keyboard.press("p");
      await page.keyboard.press("Control+k");
      await page.getByRole("dialog", { name: "Go to, or do" }).waitFor();
    });
    expect(complaints).toEqual([]);
  });

  it("R69 R76 takes a key once, refuses a wrong one, and offers a viewer nothing that a viewer may not do", async () => {
    const { page } = await openPage(browser, {});
    page.setDefaultTimeout(45_000);
    await page.goto(`${scene.url}${task("case-refund")}`);
    await page.getByLabel("API key or token").fill("hf_wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await seen(page, "The gateway does not take it.");
    await page.getByLabel("API key or token").fill(scene.keyOf("vic"));
    await page.getByRole("button", { name: "Sign in" }).click();
    await seen(page, "What was said and done is not shown to a viewer");
    expect(await page.getByRole("button", { name: /Pause|Retry|Write|More/ }).count()).toBe(0);
    expect(page.url()).not.toContain(scene.keyOf("vic"));
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("API key or token").waitFor();
    await page.context().close();
  });

  it("R76 meets WCAG 2.2 AA, also with a dialog", async () => {
    const complaints = await visit("/", async (page) => {
      await page.getByRole("link", { name: "case-refund" }).waitFor();
      await expectAccessible(page);
      await page.keyboard.press("?");
      await page.getByRole("dialog").getByText("Next row").waitFor();
      await expectAccessible(page);
      await page.goto(`${scene.url}${task("case-refund")}`);
      await seen(page, "Approval of issue_refund is asked for");
      await expectAccessible(page);
      await page.getByRole("link", { name: "State" }).click();
      await seen(page, "begin");
      await expectAccessible(page);
    });
    expect(complaints).toEqual([]);
  });

  it("R76 has the contrast that WCAG 2.2 AA asks for in the dark theme, too", async () => {
    const complaints = await visit(
      "/",
      async (page) => {
        await page.getByRole("link", { name: "case-refund" }).waitFor();
        await expectContrast(page);
        await page.goto(`${scene.url}${task("case-refund")}`);
        await seen(page, "Approval of issue_refund is asked for");
        await expectContrast(page);
      },
      { theme: "dark" },
    );
    expect(complaints).toEqual([]);
  });

  it("R76 loads below 200 kB of compressed script before the fleet is there", async () => {
    const complaints = await visit("/", async (page) => {
      await page.getByRole("link", { name: "case-refund" }).waitFor();
      const scripts =
        "performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js'))";
      const sizes = `${scripts}.map(({ encodedBodySize }) => encodedBodySize)`;
      const loaded = await page.evaluate<number[]>(sizes);
      const total = loaded.reduce((sum, size) => sum + size, 0);
      expect(total).toBeGreaterThan(50_000);
      expect(total).toBeLessThan(FIRST_LOAD_BYTES);
    });
    expect(complaints).toEqual([]);
  });
});
