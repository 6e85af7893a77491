// Owns reading a state value and the time in one round trip to the engine, where one after the other
// they would be two.
import type { ObjectContext, ObjectSharedContext } from "@restatedev/restate-sdk";

export interface ReadNow<T> {
  readonly stored: T | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Both are under way before either is awaited; the journal has the time first. */
export async function readNow<T>(
  ctx: ObjectContext | ObjectSharedContext,
  key: string,
): Promise<ReadNow<T>> {
  const clock = ctx.date.now();
  const value = ctx.get<T>(key);
  const now = await clock;
  return { stored: await value, now };
}
