// Owns the requests that the tests of the adapters send.
import type { ModelRequest } from "../../contract/model.ts";

/** A request with one user message, and whatever a test adds. */
export function requestOf(parts: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: "test-model",
    instructions: "You are a clerk.",
    messages: [{ role: "user", parts: [{ type: "text", text: "hello" }] }],
    tools: [],
    ...parts,
  };
}

export const WEATHER_TOOL = {
  name: "weather",
  description: "Tells the weather.",
  inputSchema: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  },
};

export function neverAborted(): AbortSignal {
  return new AbortController().signal;
}
