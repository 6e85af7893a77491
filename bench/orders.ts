// Owns what the bench and its worker processes say to each other: the orders that a task's message
// carries to the scripted model, the marks that come back, and how a worker is started.
import { z } from "zod";

/** The text of a message, as JSON. The same orders go to the hand-written baseline. */
export const ordersSchema = z.object({
  /** Names the work in the marks. */
  label: z.string(),
  /** Steps with a tool call before the model answers with text. */
  steps: z.int().min(0),
  /** Whether every model call is marked, or only the one that answers with text. */
  markAll: z.boolean().default(false),
  /**
   * What is in flight until it is stopped: a tool's call, a model's, the pause that a provider has
   * asked for, or the engine's retries of a segment that fails.
   */
  stop: z.enum(["tool", "model", "pause", "backoff"]).optional(),
});
export type Orders = z.infer<typeof ordersSchema>;

/** Of the events that waiting tasks are woken by. */
export const EVENT_TOPIC = "bench.go";

/** Something that happened in a worker. */
export interface Mark {
  /** `final`: the model is called and will answer with text. `failed`: a segment has failed. */
  readonly kind: "model" | "final" | "tool" | "failed";
  readonly label: string;
  /** Steps that were done before. */
  readonly step: number;
  /** By `now()` of clock.ts. */
  readonly at: number;
  /** Bytes that the worker has read from the server and written to it so far. */
  readonly wireBytes: number;
}

export const workerOptionsSchema = z.object({
  port: z.int(),
  baselinePort: z.int(),
  ingressUrl: z.url(),
  adminUrl: z.url(),
  artifacts: z.string(),
});
/** Arguments of worker.ts, as JSON. */
export type WorkerOptions = z.infer<typeof workerOptionsSchema>;

/** What a worker process sends to the bench. */
export type WorkerMessage =
  /** The addresses to register, the baseline's among them. */
  { readonly deployments: readonly string[] } | { readonly mark: Mark };
