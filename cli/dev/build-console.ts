// Owns that a clone has a console to show: it is built where it is missing or older than its sources. A package
// has it built, and no sources of it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageFolder } from "../package.ts";

/** Resolves when it is there; one that cannot be built says so itself, and nothing else stops for it. */
export async function buildConsole(): Promise<void> {
  const script = join(packageFolder(), "scripts/build-console.ts");
  if (!existsSync(script)) return;
  const stdio = ["ignore", 2, 2] as const;
  await once(spawn(process.execPath, [script, "--if-stale"], { stdio: [...stdio] }), "exit");
}
