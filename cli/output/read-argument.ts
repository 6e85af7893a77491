// Owns values that people type as text: JSON, whole numbers, and what comes on standard input.
import { text as readAll } from "node:stream/consumers";
import { InvalidArgumentError } from "commander";
import { usage } from "../problem.ts";

export function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new InvalidArgumentError("It takes JSON, such as '{\"cents\": 500}'.");
  }
}

export function readCount(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It takes a number from 1 to 999999.");
}

/** A message: as it was given, or `-` for what comes on standard input. */
export async function readMessage(given: string): Promise<string> {
  if (given !== "-") return given;
  if (process.stdin.isTTY) throw usage("- reads standard input, and nothing was piped there");
  return (await readAll(process.stdin)).replace(/\n$/, "");
}
