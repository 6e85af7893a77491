// Owns what comes to a task from outside, in memory: the checks of the public handlers' bodies
// and the stored form of a message.
import { randomUUID } from "node:crypto";
import { sendInputSchema, startInputSchema } from "../../contract/api.ts";
import type { ArtifactStore } from "../../contract/artifact.ts";
import type { MessageContent, StoredPart } from "../../contract/message.ts";
import { artifactsIn } from "../../core/message-artifacts.ts";
import { createCheckArtifacts } from "../../services/artifacts/artifact-ports.ts";
import type { StartOptions } from "../task-client.ts";
import { taskProblem } from "../task-problem.ts";

export interface PartPlace {
  readonly artifacts: ArtifactStore;
  readonly inlineLimitBytes: number;
}

/** Throws a problem that names what is wrong with the body of `start`. */
export function checkStart(message: MessageContent, options: StartOptions): void {
  refuseUnless(startInputSchema.safeParse({ message, ...options }));
}

/** Throws a problem that names what is wrong with the body of `send` or `ask`. */
export function checkMessage(
  message: MessageContent,
  messageId: string,
  from: string | undefined,
): void {
  refuseUnless(sendInputSchema.safeParse({ message, messageId, from }));
}

interface Parsed {
  readonly success: boolean;
  readonly error?: { readonly message: string } | undefined;
}

function refuseUnless({ success, error }: Parsed): void {
  if (!success) throw taskProblem("invalid_input", error?.message ?? "the input is wrong");
}

/**
 * The message's parts as the log keeps them: long text by reference. Rejects with a problem when the
 * tenant does not have the images and files of the message.
 */
export async function storeParts(
  content: MessageContent,
  tenant: string | undefined,
  { artifacts, inlineLimitBytes }: PartPlace,
): Promise<readonly StoredPart[]> {
  const parts = typeof content === "string" ? [{ type: "text", text: content } as const] : content;
  const missing = await createCheckArtifacts(artifacts)(artifactsIn(parts), tenant);
  if (missing !== undefined) throw taskProblem("artifact_not_found", missing);
  const own = artifacts.ofTenant(tenant);
  return Promise.all(
    parts.map(async (part): Promise<StoredPart> => {
      if (part.type !== "text") return part;
      const bytes = new TextEncoder().encode(part.text);
      if (bytes.length <= inlineLimitBytes) return { type: "text", body: { text: part.text } };
      return { type: "text", body: { artifact: await own.put(bytes, "text/plain") } };
    }),
  );
}

export function newMessageId(): string {
  return `message-${randomUUID()}`;
}
