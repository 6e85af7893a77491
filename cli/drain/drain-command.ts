// Owns `holdfast drain` as people type it: its options and its lines. What an upgrade is, is drain.ts's.
import { createAdminClient } from "../../services/engine/admin.ts";
import { type AddCommand, print, type Shared, withJson } from "../command.ts";
import { usage } from "../problem.ts";
import { drain } from "./drain.ts";

const DEFAULT_ADMIN = "http://127.0.0.1:9070";
const DEFAULT_TIMEOUT_MS = 600_000;
const DEFAULT_MOVE_AFTER_MS = 60_000;

interface DrainFlags extends Shared {
  readonly admin: string;
  readonly drop: readonly string[];
  readonly timeout: number;
  readonly moveAfter: number;
}

export const addDrain: AddCommand = (program, cli) => {
  withJson(program.command("drain"))
    .summary("replaces a version by a new one, and loses nothing")
    .description(
      "registers the new version, lets what runs on the old one end, moves what waits, and removes the old deployments; start it again to go on after it was cut off",
    )
    .argument("[address...]", "a worker of the new version, such as http://10.0.0.2:9080")
    .option("--admin <url>", "Restate's admin API", DEFAULT_ADMIN)
    .option(
      "--drop <service>",
      "a service that the new version has no more; may be repeated",
      (name: string, others: readonly string[]) => [...others, name],
      [],
    )
    .option(
      "--timeout <seconds>",
      "gives up after so many (600)",
      (text) => milliseconds("--timeout", text),
      DEFAULT_TIMEOUT_MS,
    )
    .option(
      "--move-after <seconds>",
      "moves a waiting segment or tool after so many (60)",
      (text) => milliseconds("--move-after", text),
      DEFAULT_MOVE_AFTER_MS,
    )
    .action(async (addresses: readonly string[], options: DrainFlags) => {
      if (addresses.length === 0) throw usage("give the address of a worker of the new version");
      for (const address of [...addresses, options.admin]) checkAddress(address);
      const removed = await drain({
        admin: createAdminClient(options.admin),
        to: addresses,
        dropped: options.drop,
        timeoutMs: options.timeout,
        moveAfterMs: options.moveAfter,
        onProgress: (line) => cli.terminal.err(`${line}\n`),
      });
      print(cli, options, { removed }, () => `done: ${removed.length} removed\n`);
    });
};

function checkAddress(address: string): void {
  if (/^https?:\/\//.test(address) && URL.canParse(address)) return;
  throw usage(`${address} is not an address; give one such as http://10.0.0.2:9080`);
}

function milliseconds(option: string, text: string): number {
  const value = Number(text);
  if (text !== "" && Number.isFinite(value) && value >= 0) return value * 1_000;
  throw usage(`${option} takes a number of seconds, such as 600`);
}
