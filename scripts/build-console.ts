// Builds the console into dist/console, in a folder of its own first: whoever serves it sees the old one or
// the new one, and nothing in between. `--if-stale`: only where it is missing or older than its sources.
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const sources = resolve(root, "console");
const built = resolve(root, "dist/console");

if (!process.argv.includes("--if-stale")) await buildConsole();
else if (isStale()) {
  const from = performance.now();
  await buildConsole();
  const seconds = ((performance.now() - from) / 1_000).toFixed(1);
  console.error(`The console was built from console/ in ${seconds} s.`);
}

function isStale(): boolean {
  const page = join(built, "index.html");
  if (!existsSync(page)) return true;
  const at = statSync(page).mtimeMs;
  const files = readdirSync(sources, { recursive: true, encoding: "utf8" });
  return [join(root, "package-lock.json"), ...files.map((file) => join(sources, file))].some(
    (file) => statSync(file).mtimeMs > at,
  );
}

async function buildConsole(): Promise<void> {
  // Whoever builds it, a test runner too: else React's development build would be in it.
  process.env["NODE_ENV"] = "production";
  // Slow to load, and not needed where nothing is stale.
  const [{ build }, { default: react }] = await Promise.all([
    import("vite"),
    import("@vitejs/plugin-react"),
  ]);
  const name = randomBytes(6).toString("hex");
  const made = resolve(root, `dist/.console-${name}`);
  const old = resolve(root, `dist/.console-${name}-old`);
  await mkdir(resolve(root, "dist"), { recursive: true });
  try {
    await build({
      configFile: false,
      root: sources,
      base: "/console/",
      plugins: [react()],
      logLevel: "warn",
      build: {
        outDir: made,
        emptyOutDir: true,
        target: "es2024",
        // Nothing inline: the page's policy lets nothing of the kind run.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
      },
    });
    // Where there is none yet, or another build is faster, nothing is to be put aside, or in its place.
    await rename(built, old).catch(() => undefined);
    await rename(made, built).catch(() => undefined);
  } finally {
    for (const each of [made, old]) await rm(each, { recursive: true, force: true });
  }
}
