// Owns how a task's content is erased, or kept from being erased (R102, decision 0017): what is asked, the
// commands that it becomes, and what is answered.
import { z } from "zod";
import { actorIdSchema, reasonSchema } from "./api.ts";
import { textSchema } from "./text.ts";

/** Body of `holdfast.control/erase`. */
export const eraseInputSchema = z.strictObject({
  agent: textSchema.min(1).max(64),
  taskId: textSchema.min(1).max(256),
  /** It stays readable, so it should name nobody. */
  reason: reasonSchema,
  by: z.exactOptional(actorIdSchema),
  /**
   * What becomes of the texts, images and files that the task alone or others of its tenant refer to:
   * whoever says `remove` knows that no other task needs them.
   */
  artifacts: z.enum(["remove", "keep"]),
});
export type EraseInput = z.infer<typeof eraseInputSchema>;

/** Body of `holdfast.control/preserve`. */
export const preserveInputSchema = z.strictObject({
  agent: textSchema.min(1).max(64),
  taskId: textSchema.min(1).max(256),
  reason: reasonSchema,
  by: z.exactOptional(actorIdSchema),
  /** False lets it be erased again. */
  preserved: z.boolean(),
});
export type PreserveInput = z.infer<typeof preserveInputSchema>;

export interface PreserveResult {
  readonly taskUid: string;
  readonly preserved: boolean;
}

/** As `apply` is sent it. */
export interface PreserveCommand {
  readonly type: "preserve";
  readonly reason: string;
  readonly by?: string;
  readonly preserved: boolean;
}

/** As `apply` is sent it. */
export interface EraseCommand {
  readonly type: "erase";
  readonly reason: string;
  readonly by?: string;
  readonly artifacts: EraseInput["artifacts"];
}

/** Answered once all of it is done; the same again does what a first one may have left. */
export interface EraseResult {
  readonly taskUid: string;
  readonly result: "erased";
  /** Entries of the log before the one that says so. */
  readonly entries: number;
  /** Artifacts that were removed now. */
  readonly artifacts: number;
  /** Approvals that were forgotten now. */
  readonly approvals: number;
  /** Tasks that it had made, which have logs of their own and are not erased with it; 1,000 at most. */
  readonly children: readonly ErasedChild[];
}

export interface ErasedChild {
  readonly agent: string;
  readonly taskId: string;
}

/** Input of the agent object's private `scrub`: erase the entries from here on, some of them. */
export interface ScrubInput {
  readonly v: 1;
  readonly from: number;
}

/** What some entries referred to, before their content was erased. Journaled. */
export interface Scrubbed {
  /** Where to go on; absent: this was the end. */
  readonly next?: number;
  /** Of calls, whose services keep their outcomes. */
  readonly operations: readonly string[];
  /** SHA-256. */
  readonly artifacts: readonly string[];
  readonly approvals: readonly string[];
  readonly children: readonly ErasedChild[];
  /** SHA-256 of the volumes that they were in, which are this task's alone. Absent is none. */
  readonly volumes?: readonly string[];
}
