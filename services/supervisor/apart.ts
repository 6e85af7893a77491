// Owns that one task that cannot be looked after, such as one of a newer version (F22), keeps no
// other from it.
import type { Logger } from "pino";

/** Acts for one task. A failure is a warning with these words, since there is a next round. */
export async function apart(
  logger: Logger,
  words: string,
  act: () => Promise<unknown>,
  fields: Readonly<Record<string, string>> = {},
): Promise<void> {
  try {
    await act();
  } catch (error) {
    const said = error instanceof Error ? error.message : "unknown";
    logger.warn({ ...fields, said }, words);
  }
}
