// Owns the browser of these tests: Debian's chromium, one for a file, each person in a context of their own.
// Where there is none, the tests are skipped and say how to have one.
import { existsSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = PLACES.find((path) => existsSync(path));

/** Whether these tests can run here. */
export const hasBrowser = executablePath !== undefined;
if (!hasBrowser)
  console.warn("The console's tests are skipped: there is no chromium; apt-get install chromium.");

export function openBrowser(): Promise<Browser> {
  if (executablePath === undefined)
    throw new Error("there is no chromium; apt-get install chromium");
  // Sandboxes take rights that a container's root has not.
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

export interface PageOf {
  /** Of a person; undefined: nobody has signed in. */
  readonly key?: string;
  readonly theme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
}

/** A window of its own. What the page complains of fails the test, by `complaints`. */
export async function openPage(
  browser: Browser,
  { key, theme = "light", width = 1440, height = 900 }: PageOf,
): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
  const context = await browser.newContext({
    colorScheme: theme,
    viewport: { width, height },
    reducedMotion: "reduce",
    locale: "en-GB",
  });
  if (key !== undefined) {
    const keep = `sessionStorage.setItem("holdfast.credential", ${JSON.stringify(key)})`;
    await context.addInitScript(keep);
  }
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  return { page, complaints };
}

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Fails with what axe finds against WCAG 2.2 AA, and where. */
export async function expectAccessible(page: Page): Promise<void> {
  await expectNothing(new AxeBuilder({ page }).withTags(RULES));
}

/** The one thing of it that follows from the theme. */
export async function expectContrast(page: Page): Promise<void> {
  await expectNothing(new AxeBuilder({ page }).withRules(["color-contrast"]));
}

async function expectNothing(axe: AxeBuilder): Promise<void> {
  const { violations } = await axe.analyze();
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(" ")}: ${failureSummary}`),
  );
  expect(found).toEqual([]);
}
