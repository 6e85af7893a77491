// Owns what a process that a test starts is given of the surroundings: quiet, and the cache of compiled files
// that vitest.config.ts names.

const cache = process.env["NODE_COMPILE_CACHE"];

export const CHILD_ENV: Readonly<Record<string, string>> = {
  NODE_NO_WARNINGS: "1",
  ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }),
};
