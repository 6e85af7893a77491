// Owns the proof of the crash demo: what the shop's database, its outbox, the model's own journal
// and the task log each say of how often something was done.
import type { TaskEvent } from "../../index.ts";
import type { Finding } from "./findings.ts";
import type { Shop } from "./shop.ts";

export interface Evidence {
  readonly shop: Shop;
  readonly events: readonly TaskEvent[];
  /** Base URL of the scripted model. */
  readonly modelUrl: string;
}

/** Look the order up, compute, pay, write, and say so. */
const MODEL_CALLS = 5;
const TOOL_CALLS = 4;

export async function proveOnce({ shop, events, modelUrl }: Evidence): Promise<readonly Finding[]> {
  const requests = shop.database.paymentRequests();
  const keys = new Set(requests.map((request) => request.idempotencyKey));
  const letters = await shop.outbox.letters();
  const count = (type: TaskEvent["type"]) => events.filter((event) => event.type === type).length;
  return [
    once("refunds in the shop's database", shop.database.refunds().length),
    once(`idempotency keys among the ${requests.length} payment requests that arrived`, keys.size),
    once("letters in the outbox", letters.length),
    {
      what: "calls that reached the model",
      seen: await modelCalls(modelUrl),
      expected: MODEL_CALLS,
    },
    {
      what: "answers of the model in the task log",
      seen: count("model.answered"),
      expected: MODEL_CALLS,
    },
    {
      what: "results of tools in the task log",
      seen: count("tool.returned"),
      expected: TOOL_CALLS,
    },
    once("completed turns in the task log", count("turn.completed")),
  ];
}

function once(what: string, seen: number): Finding {
  return { what, seen, expected: 1 };
}

async function modelCalls(modelUrl: string): Promise<number> {
  const journal = await fetch(new URL("/__aimock/journal?path=/v1/&limit=0", modelUrl));
  return Number(journal.headers.get("x-total-count"));
}
