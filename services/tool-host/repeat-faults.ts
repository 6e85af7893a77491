// Owns actions that may be run again without harm: faults of the author's code are counted, with
// pauses between them, and outages are the engine's to wait for.
import type { CallEvidence } from "../../contract/evidence.ts";
import type { Blocked } from "../../contract/tool.ts";
import { evidenceIn } from "../../core/call-evidence.ts";
import type { Attempted } from "./attempt-call.ts";
import { describeFault } from "./fault.ts";
import { type Fault, type Nothing, type Timed, timed } from "./outcome.ts";
import { pauseAfter } from "./retry-pause.ts";
import type { Steps } from "./steps.ts";
import type { ToolHost } from "./tool-host.ts";

/** Ends with an answer, or with the last fault of `retry.maxAttempts`. `name` is the action's. */
export async function repeatFaults<Body extends { readonly outcome: string }>(
  host: ToolHost,
  steps: Steps,
  name: string,
  attempt: (signal: AbortSignal) => Promise<Body | Fault | Nothing>,
): Promise<Timed<Body | Fault | Nothing>> {
  const { retry } = host.tool;
  for (let number = 1; ; number += 1) {
    const ended = await steps.run(name, (signal) => timed(host, () => attempt(signal)));
    if (isAnswer(ended) || number >= retry.maxAttempts) return ended;
    await steps.sleep(pauseAfter(number, retry), "pause-before-retry");
  }
}

function isAnswer({ outcome }: { readonly outcome: string }): boolean {
  return outcome !== "fault" && outcome !== "nothing";
}

type Answer = Extract<Attempted, { did: "returned" | "failed" }>;

/** The body of such an action. Rejects on an outage. */
export async function bodyOf<Body extends object>(
  attempted: Attempted & CallEvidence,
  read: (answer: Answer) => Body | Promise<Body>,
): Promise<(Body | Blocked | Fault | Nothing) & CallEvidence> {
  const evidence = evidenceIn(attempted);
  switch (attempted.did) {
    case "returned":
    case "failed":
      return { ...evidence, ...(await read(attempted)) };
    case "blocked":
      return { ...evidence, ...attempted.blocked };
    case "nothing":
      return { ...evidence, outcome: "nothing", reason: attempted.reason };
    case "fault":
      return { ...evidence, outcome: "fault", reason: attempted.reason };
    case "unasked":
      throw outage(attempted.error);
  }
}

/** For the engine, which keeps the texts of errors: none but our own. */
export function outage(error: unknown): Error {
  return new Error(
    `authority or a credential could not be asked for: ${describeFault(error).name}`,
  );
}
