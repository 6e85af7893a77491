// Owns the form of what people and systems say to a task.
import { z } from "zod";
import { artifactRefSchema, storedTextSchema } from "./artifact.ts";
import { textSchema } from "./text.ts";

/** Largest message that `start`, `send` and `ask` take, in bytes of its JSON. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/**
 * When a message is taken in: `steer` at the next step, `interrupt` now, in the place of what is
 * going on, `queue` as a turn of its own when this one has ended.
 */
export const messageModeSchema = z.enum(["steer", "interrupt", "queue"]);
export type MessageMode = z.infer<typeof messageModeSchema>;

const textPart = z.strictObject({ type: z.literal("text"), text: textSchema });
const imagePart = z.strictObject({ type: z.literal("image"), artifact: artifactRefSchema });
const filePart = z.strictObject({
  type: z.literal("file"),
  artifact: artifactRefSchema,
  name: textSchema.min(1).max(255).optional(),
});

/** A part as a caller writes it. Images and files are artifacts, never inline bytes. */
export const messagePartSchema = z.discriminatedUnion("type", [textPart, imagePart, filePart]);
export type MessagePart = z.infer<typeof messagePartSchema>;

/** A message's content as a caller writes it: a text, or parts. */
export const messageContentSchema = z.union([
  textSchema.min(1, "must not be empty"),
  z.array(messagePartSchema).min(1, "must have at least one part").max(64),
]);
export type MessageContent = z.infer<typeof messageContentSchema>;

/** A part as the task log keeps it: long text is by reference. */
export const storedPartSchema = z.union([
  z.strictObject({ type: z.literal("text"), body: storedTextSchema }),
  imagePart,
  filePart,
]);
export type StoredPart = z.infer<typeof storedPartSchema>;
