// Owns doing one thing to many, some at a time: one that is refused keeps no other from being done. Pure.

/** At a time: the gateway counts requests, and a browser opens no more connections. */
const AT_A_TIME = 6;

/** Those that failed, with why. */
export async function doEach<T>(
  items: readonly T[],
  act: (item: T) => Promise<void>,
): Promise<ReadonlyMap<T, unknown>> {
  const failed = new Map<T, unknown>();
  const waiting = [...items];
  const work = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await act(item);
      } catch (error) {
        failed.set(item, error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return failed;
}
