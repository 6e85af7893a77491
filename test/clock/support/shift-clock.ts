// Owns a wall clock that a test can set from outside, for a worker process: `Date` is off by the
// seconds that a file says. Under libfaketime, which reads the same file, `Date` is off by itself and
// is left alone. The monotonic clock is right in both.
import { readFileSync } from "node:fs";

const RealDate = Date;

/** Called before anything is made that asks for the time. */
export function shiftClock(file: string): void {
  if (process.env["LD_PRELOAD"] !== undefined) return;
  const now = (): number => RealDate.now() + Number(readFileSync(file, "utf8")) * 1_000;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given, proxy) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, proxy) as Date,
    get: (target, name, proxy) =>
      name === "now" ? now : (Reflect.get(target, name, proxy) as unknown),
  });
}
