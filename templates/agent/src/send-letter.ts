// The tool: it sends a letter, which here is a file in outbox/.
import { mkdir, writeFile } from "node:fs/promises";
import { defineTool } from "holdfast";
import { z } from "zod";

export const sendLetter = defineTool({
  name: "send_letter",
  description: "Sends a letter.",
  input: z.object({ to: z.string(), body: z.string() }),
  output: z.object({ sent: z.boolean() }),
  // So a person approves each letter before it is sent, and none is sent twice.
  effect: "communication",
  execute: async ({ to, body }, { idempotencyKey }) => {
    await mkdir("outbox", { recursive: true });
    const name = idempotencyKey.replaceAll(/[^\w-]/g, "-");
    await writeFile(`outbox/${name}.txt`, `To: ${to}\n\n${body}\n`);
    return { sent: true };
  },
});
