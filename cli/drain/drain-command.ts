// Owns `holdfast drain` as people type it: its options, its lines, its errors.
import { parseArgs } from "node:util";
import { createAdminClient } from "../../services/engine/admin.ts";
import { drain } from "./drain.ts";

export const DRAIN_USAGE = `holdfast drain <address>... [options]

Registers the new version, lets what runs on the old one end, moves what waits, and removes the
old deployments. Start it again to go on after it was cut off.

  <address>          a worker of the new version, such as http://10.0.0.2:9080
  --admin <url>      Restate's admin API (http://127.0.0.1:9070)
  --drop <service>   a service that the new version has no more; may be repeated
  --timeout <s>      give up after so many seconds (600)
  --move-after <s>   move a waiting segment or tool after so many seconds (60)`;

/** Rejects with an Error whose message is for people. */
export async function drainCommand(
  args: readonly string[],
  print: (line: string) => void,
): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      admin: { type: "string", default: "http://127.0.0.1:9070" },
      drop: { type: "string", multiple: true, default: [] },
      timeout: { type: "string", default: "600" },
      "move-after": { type: "string", default: "60" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    print(DRAIN_USAGE);
    return;
  }
  if (positionals.length === 0) throw new Error("give the address of a worker of the new version");
  for (const address of [...positionals, values.admin]) checkAddress(address);
  const removed = await drain({
    admin: createAdminClient(values.admin),
    to: positionals,
    dropped: values.drop,
    timeoutMs: seconds("--timeout", values.timeout),
    moveAfterMs: seconds("--move-after", values["move-after"]),
    onProgress: print,
  });
  print(`done: ${removed.length} removed`);
}

function checkAddress(address: string): void {
  if (!/^https?:\/\//.test(address) || !URL.canParse(address)) {
    throw new Error(`${address} is not an address; give one such as http://10.0.0.2:9080`);
  }
}

function seconds(option: string, text: string): number {
  const value = Number(text);
  if (text === "" || !Number.isFinite(value) || value < 0) {
    throw new Error(`${option} takes a number of seconds, such as 600`);
  }
  return value * 1_000;
}
