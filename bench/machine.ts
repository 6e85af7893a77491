// Owns what is said about the machine and the versions that a figure was measured with.
import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { version } from "node:process";

export interface Machine {
  /** The day, in UTC. */
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Mean number of busy processes in the minute before: well above 0, others were at work. */
  readonly loadBefore: number;
  readonly node: string;
  readonly restateServer: string;
  readonly restateSdk: string;
}

export async function describeMachine(): Promise<Machine> {
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    loadBefore: Number((loadavg()[0] ?? 0).toFixed(2)),
    node: version,
    restateServer: await versionOf("@restatedev/restate-server"),
    restateSdk: await versionOf("@restatedev/restate-sdk"),
  };
}

async function versionOf(name: string): Promise<string> {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(await readFile(file, "utf8")) as { version: string }).version;
}
