// Owns an artifact store that refuses what a marked text holds, so that each attempt of the segment
// which wants to store it fails and the engine tries again.
import type { ArtifactStore } from "../contract/index.ts";
import { mark } from "./marks.ts";

const MARKED = /^<failing (.+?)>/;
/** Above what a log keeps inline. */
const LENGTH = 40_000;

/** A text that the store refuses; names the work in the mark of each refusal. */
export function failingText(label: string): string {
  return `<failing ${label}>`.padEnd(LENGTH, ".");
}

export function failing(artifacts: ArtifactStore): ArtifactStore {
  return {
    ...artifacts,
    ofTenant: (tenant) => {
      const own = artifacts.ofTenant(tenant);
      const put: typeof own.put = async (bytes, mediaType) => {
        const [, label] = MARKED.exec(new TextDecoder().decode(bytes.subarray(0, 256))) ?? [];
        if (label === undefined) return own.put(bytes, mediaType);
        mark("failed", label, 0);
        throw new Error("the store refuses this text");
      };
      return { ...own, put };
    },
  };
}
