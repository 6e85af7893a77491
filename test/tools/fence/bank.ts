// Owns the other side of the fenced effects, in a process of its own: it takes no idempotency
// keys, appends every request that it gets to a file before it does anything, and can hold its
// acknowledgement back. It also keeps the gates at which a worker waits.
import { appendFileSync, readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { report } from "../../support/worker.ts";

const [, , port = "0", file = ""] = process.argv;
const waiting = new Map<string, ServerResponse[]>();
const closed = new Set<string>();

/** Answers at once, or when the gate is opened. */
function answerBehind(gate: string, response: ServerResponse): void {
  if (!closed.has(gate)) response.end("{}");
  else waiting.set(gate, [...(waiting.get(gate) ?? []), response]);
}

function openGate(gate: string): void {
  closed.delete(gate);
  for (const response of waiting.get(gate) ?? []) response.end("{}");
  waiting.delete(gate);
}

const requests = (): { readonly verb: string; readonly key: string }[] =>
  readFileSync(file, { encoding: "utf8", flag: "a+" })
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { verb: string; key: string });

const server = createServer((request, response) => {
  const [, place = "", name = ""] = (request.url ?? "").split("/");
  const key = String(request.headers["idempotency-key"] ?? name);
  switch (`${request.method} ${place}`) {
    case "POST transfers":
      appendFileSync(file, `${JSON.stringify({ verb: "transfer", key })}\n`);
      // Before the acknowledgement, which a test may hold back.
      void report(`got ${key}`);
      return answerBehind(`ack ${key}`, response);
    case "DELETE transfers":
      appendFileSync(file, `${JSON.stringify({ verb: "undo", key })}\n`);
      void report(`got ${key}`);
      return answerBehind(`ack ${key}`, response);
    case "GET transfers":
      response.statusCode = requests().some((each) => each.key === name) ? 200 : 404;
      return void response.end("{}");
    case "GET requests":
      return void response.end(JSON.stringify(requests()));
    case "GET gate":
      return answerBehind(decodeURIComponent(name), response);
    case "POST close":
      closed.add(decodeURIComponent(name));
      return void response.end("{}");
    case "POST open":
      openGate(decodeURIComponent(name));
      return void response.end("{}");
    default:
      response.statusCode = 405;
      return void response.end();
  }
});
server.listen(Number(port), "127.0.0.1", () => void report({ serving: Number(port) }));
