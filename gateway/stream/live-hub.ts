// Owns live news in one process: who follows which task, and what the model has written so far of an
// answer that is not in the log yet. Bounded, and nothing survives the process.
import { LRUCache } from "lru-cache";
import type { Hear, LiveHub, LiveNews, LiveText } from "../../contract/live.ts";

export interface LiveHubOptions {
  /** Tasks whose unfinished text is kept; the one that was silent longest gives way. Default 1,000. */
  readonly maxTasks?: number;
  /** UTF-16 units of one answer that are kept; of a longer one nothing more is told. Default 262,144. */
  readonly maxText?: number;
}

/** What is told is heard at once, by whoever follows then. */
export function createLiveHub({
  maxTasks = 1_000,
  maxText = 262_144,
}: LiveHubOptions = {}): LiveHub {
  const drafts = new LRUCache<string, LiveText>({ max: maxTasks });
  const followers = new Map<string, Set<Hear>>();
  const everywhere = new Set<Hear>();

  const takeText = (key: string, piece: LiveText): boolean => {
    const before = drafts.get(key);
    if (piece.at === 0) {
      drafts.set(key, piece);
      return true;
    }
    // A piece before it was lost, or comes twice: the log will have the whole.
    const follows =
      before?.attempt === piece.attempt &&
      before.text.length === piece.at &&
      piece.at + piece.text.length <= maxText;
    if (follows) drafts.set(key, { ...before, text: before.text + piece.text });
    return follows;
  };

  return {
    tell: (news) => {
      const key = keyOf(news);
      if (news.kind === "text" && !takeText(key, news)) return;
      for (const hear of followers.get(key) ?? []) hear(news);
      if (news.kind === "events") for (const hear of everywhere) hear(news);
    },
    follow: (task, hear) => {
      const key = keyOf(task);
      const draft = drafts.get(key);
      if (draft !== undefined) hear(draft);
      const own = followers.get(key) ?? new Set();
      followers.set(key, own.add(hear));
      return () => {
        own.delete(hear);
        if (own.size === 0 && followers.get(key) === own) followers.delete(key);
      };
    },
    followAll: (hear) => {
      everywhere.add(hear);
      return () => everywhere.delete(hear);
    },
  };
}

function keyOf({ agent, taskId }: Pick<LiveNews, "agent" | "taskId">): string {
  return `${agent}/${taskId}`;
}
