// A model for the first minutes, without a key: it sends one letter for each message and says so.
// Delete it when you have a provider.
import { createHash } from "node:crypto";
import type { ModelProvider, ModelRequest } from "holdfast";

export function practiceModel(): ModelProvider {
  return {
    async call(request) {
      const last = request.messages.at(-1);
      const text = last?.role === "tool" ? `The tool answered: ${last.text}` : undefined;
      const body = last?.role === "user" ? textOf(last) : "";
      const letter = JSON.stringify({ to: "Ada", body });
      return {
        kind: "answered",
        ...(text === undefined ? {} : { text }),
        calls:
          text === undefined ? [{ callId: "letter", name: "send_letter", arguments: letter }] : [],
        finish: text === undefined ? "tool-calls" : "stop",
        usage: { inputTokens: 0, outputTokens: 0 },
        model: request.model,
        response: "{}",
        requestDigest: createHash("sha256").update(JSON.stringify(request.messages)).digest("hex"),
      };
    },
  };
}

function textOf(message: Extract<ModelRequest["messages"][number], { role: "user" }>): string {
  return message.parts.map((part) => (part.type === "text" ? part.text : "")).join(" ");
}
