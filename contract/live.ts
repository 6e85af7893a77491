// Owns what is told of tasks while it happens: hints and text that nobody keeps. The log is the truth;
// whoever misses news reads it there (docs/decisions/0019-streams.md).
import { z } from "zod";
import { nameProblem, taskIdSchema } from "./ids.ts";

/** Bytes of one piece of text at most. */
const MAX_PIECE_BYTES = 256 * 1024;
/** Pieces of one batch at most. */
export const MAX_NEWS = 1_000;

const agent = z
  .string()
  .refine((name) => nameProblem(name) === undefined, "must be an agent's name");
const place = { agent, taskId: taskIdSchema };

export const liveNewsSchema = z.discriminatedUnion("kind", [
  /** The log has events up to `nextSeq`, not included, or will have them at once. */
  z.strictObject({ kind: z.literal("events"), ...place, nextSeq: z.int().min(0) }),
  z.strictObject({
    kind: z.literal("text"),
    ...place,
    /** The step whose model call writes. */
    step: z.int().min(1),
    /** One request to one provider. */
    attempt: z.string().min(1).max(64),
    /** UTF-16 units of the attempt's text before this piece. */
    at: z.int().min(0),
    text: z.string().max(MAX_PIECE_BYTES),
  }),
]);
/** `taskId` is the task's key, its tenant included. */
export type LiveNews = z.infer<typeof liveNewsSchema>;
export type LiveText = Extract<LiveNews, { kind: "text" }>;

/** Whom a worker tells. Never throws, and is never waited for. */
export interface LiveSink {
  tell(news: LiveNews): void;
}

/** Where news are had. What is heard first is the text that is being written, from its beginning. */
export interface LiveFeed {
  /** The answer ends it. */
  follow(task: { readonly agent: string; readonly taskId: string }, hear: Hear): () => void;
  /** News of all tasks, but no text. */
  followAll(hear: Hear): () => void;
}

export type Hear = (news: LiveNews) => void;

export type LiveHub = LiveSink & LiveFeed;
