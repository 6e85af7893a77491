// Owns the table of what a model's provider does wrong, in the words of both wire protocols, and how each
// fault ends: what the task's log says of it, and which calls of the tool are made (FAILURES).
import type { ServerResponse } from "node:http";
import { chatBody, responsesBody, sendJson } from "./provider-server.ts";

export interface Wire {
  readonly name: "chat" | "responses";
  answer(text: string): unknown;
  calls(...calls: readonly (readonly [id: string, name: string, given: string])[]): unknown;
  refusal(text: string): unknown;
  /** Cut for its length in the middle of a call. */
  cut(name: string, given: string): unknown;
  readonly empty: unknown;
}

export const CHAT: Wire = {
  name: "chat",
  answer: (content) => chatBody({ content }),
  calls: (...calls) => chatBody({ content: null, tool_calls: calls.map(chatCall) }, "tool_calls"),
  refusal: (refusal) => chatBody({ content: null, refusal }),
  cut: (name, given) =>
    chatBody({ content: null, tool_calls: [chatCall(["c-1", name, given])] }, "length"),
  empty: chatBody({ content: "" }),
};

export const RESPONSES: Wire = {
  name: "responses",
  answer: (text) => responsesBody([messageOf({ type: "output_text", text, annotations: [] })]),
  calls: (...calls) => responsesBody(calls.map(responsesCall)),
  refusal: (refusal) => responsesBody([messageOf({ type: "refusal", refusal })]),
  cut: (name, given) =>
    responsesBody([responsesCall(["c-1", name, given])], {
      status: "incomplete",
      incomplete_details: { reason: "max_output_tokens" },
    }),
  empty: responsesBody([]),
};

function chatCall([id, name, given]: readonly [string, string, string]) {
  return { id, type: "function", function: { name, arguments: given } };
}

function responsesCall([id, name, given]: readonly [string, string, string]) {
  return { type: "function_call", id: `fc-${id}`, call_id: id, name, arguments: given };
}

function messageOf(part: object) {
  return { type: "message", id: "msg-1", role: "assistant", status: "completed", content: [part] };
}

export interface Fault {
  /** The first answer; whoever asks again is answered "well". */
  readonly respond: (response: ServerResponse, wire: Wire, tool: string) => void;
  /** In the log, in order: `<event> <code, reason or status>`. */
  readonly logged: readonly string[];
  /** It is not asked again before. */
  readonly pauseMs?: number;
  /** What the tool was given. */
  readonly made?: readonly string[];
}

const status =
  (code: number, headers: Record<string, string> = {}): Fault["respond"] =>
  (response) =>
    sendJson(response, code, { error: { message: "not now" } }, headers);
const says =
  (body: (wire: Wire, tool: string) => unknown): Fault["respond"] =>
  (response, wire, tool) =>
    sendJson(response, 200, body(wire, tool));
const half: Fault["respond"] = (response) => {
  response.writeHead(200, { "content-type": "application/json" });
  response.write('{"id":"x","choices":[{"message":{"tool_calls":[{"id":"c","function":{"na');
};

const TEN_MEGABYTES = 10_000_000;

export const FAULTS: Readonly<Record<string, Fault>> = {
  "429 with Retry-After": {
    respond: status(429, { "retry-after": "1" }),
    logged: ["model.failed rate_limited 429"],
    pauseMs: 1_000,
  },
  "429 without": { respond: status(429), logged: ["model.failed rate_limited 429"] },
  "500": { respond: status(500), logged: ["model.failed server_error 500"] },
  "503": { respond: status(503), logged: ["model.failed overloaded 503"] },
  "no headers in time": { respond: () => undefined, logged: ["model.failed timeout"] },
  "no end in time": { respond: half, logged: ["model.failed timeout"] },
  "half a body": {
    respond: (response, ...rest) => {
      half(response, ...rest);
      setImmediate(() => response.destroy());
    },
    logged: ["model.failed connection"],
  },
  "a connection that is reset": {
    respond: (response) => response.socket?.resetAndDestroy(),
    logged: ["model.failed connection"],
  },
  "malformed JSON": {
    respond: (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end('{"choices": [}');
    },
    logged: ["model.failed malformed_response"],
  },
  "arguments of no JSON": {
    respond: says((wire, tool) => wire.calls(["c-1", tool, '{"what":'])),
    logged: ["call.refused invalid_json", "answer.rejected unusable_calls"],
  },
  "the wrong tool": {
    respond: says((wire) => wire.calls(["c-1", "launch", "{}"])),
    logged: ["call.refused unknown_tool", "answer.rejected unusable_calls"],
  },
  "a call id twice": {
    respond: says((wire, tool) =>
      wire.calls(
        ["c-1", tool, '{"what":"one"}'],
        ["c-1", tool, '{"what":"two"}'],
        ["c-1", tool, '{"what":"one"}'],
      ),
    ),
    logged: ["call.refused duplicate_call_id"],
    made: ["one"],
  },
  "ten megabytes": {
    respond: says((wire) => wire.answer("x".repeat(TEN_MEGABYTES))),
    logged: [],
  },
  "an empty answer": { respond: says((wire) => wire.empty), logged: ["answer.rejected empty"] },
  "a refusal": {
    respond: says((wire) => wire.refusal("I will not.")),
    logged: ["answer.rejected refusal"],
  },
  "an answer that is cut": {
    respond: says((wire, tool) => wire.cut(tool, '{"what":"half')),
    logged: ["answer.rejected truncated"],
  },
};
