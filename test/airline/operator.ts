// Owns the scripted operator: somebody who looks at one task over and over and decides by a
// policy of his own: what the recorded model wrote is allowed, and nothing else is.
import { setTimeout } from "node:timers/promises";
import type { OperationView } from "../../contract/api.ts";
import { digestOf } from "../../core/digest.ts";
import type { TestEngine } from "../support/restate.ts";
import type { Conversation } from "./dataset.ts";
import { recordedCalls } from "./conversation.ts";
import type { IngressClient } from "./task-client.ts";

const LOOK_MS = 50;

export interface Operator {
  /** Ends the looking. */
  leave(): Promise<void>;
  /** How many proposals were allowed so far. */
  allowed(): number;
}

export function startOperator(
  engine: Pick<TestEngine, "call">,
  client: IngressClient,
  conversation: Conversation,
): Operator {
  const allowed = new Set(
    recordedCalls(conversation).map((call) =>
      callDigest(call.name, JSON.parse(call.arguments) as unknown),
    ),
  );
  const decided = new Set<string>();
  const allowedIds = new Set<string>();
  const gone = new AbortController();
  const decide = async ({ tool, proposal }: OperationView): Promise<void> => {
    if (proposal === undefined || decided.has(proposal.approvalId)) return;
    const isAllowed = allowed.has(callDigest(tool, proposal.arguments));
    const decision = isAllowed ? "approve" : "reject";
    const body = { decision, digest: proposal.digest, by: "operator" };
    const path = `holdfast.approval/${proposal.approvalId}/decide`;
    const answer = await engine.call(path, body);
    if (answer.status !== 200)
      throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    decided.add(proposal.approvalId);
    if (isAllowed) allowedIds.add(proposal.approvalId);
  };
  const looking = (async () => {
    while (!gone.signal.aborted) {
      for (const operation of (await client.status()).operations) await decide(operation);
      await setTimeout(LOOK_MS, undefined, { signal: gone.signal }).catch(() => undefined);
    }
  })();
  return {
    async leave() {
      gone.abort();
      await looking;
    },
    allowed: () => allowedIds.size,
  };
}

function callDigest(tool: string, given: unknown): string {
  return digestOf({ tool, given });
}
