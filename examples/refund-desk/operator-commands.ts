// Owns the commands that start.ts prints for whoever sits in front of it, ready to be copied.
import { awakeableUrl } from "./task-client.ts";
import type { WaitingCall } from "./task-client.ts";

const JSON_BODY = "-H 'content-type: application/json' -d";

export interface Addresses {
  readonly adminUrl: string;
  /** Of the task's handlers. */
  readonly taskUrl: string;
  readonly workerPid: number;
}

export function operatorCommands({ adminUrl, taskUrl, workerPid }: Addresses): string {
  const restate = `RESTATE_ADMIN_URL=${adminUrl} npx restate`;
  return [
    section(
      "Look at the task",
      `curl -s -X POST ${taskUrl}/status`,
      `curl -s ${taskUrl}/events ${body({ after: -1 })}`,
    ),
    section(
      "Send it another message",
      `curl -s ${taskUrl}/send ${body({ message: "What is the status?" })}`,
    ),
    section("Kill its worker; a new one starts after a second", `kill -9 ${workerPid}`),
    section(
      "Inspect it with the Restate CLI",
      `${restate} invocations list`,
      `${restate} invocations list --all --handler run`,

      `${restate} services list`,
    ),
  ].join("\n");
}

/** What to do about a call that waits for an approval. */
export function approvalCommands(ingressUrl: string, call: WaitingCall): string {
  const { tool, digest, awakeableId } = call;
  const resolve = (decision: object) =>
    `curl -s ${awakeableUrl(ingressUrl, awakeableId)} ${body({ ...decision, digest, by: "you" })}`;
  return [
    `The task waits for an approval of ${tool}(${JSON.stringify(call.arguments)})`,
    section("Approve it", resolve({ decision: "approve" })),
    section("Or reject it", resolve({ decision: "reject", message: "She got a new one." })),
  ].join("\n");
}

function section(title: string, ...commands: readonly string[]): string {
  return [`${title}:`, ...commands.map((command) => `    ${command}`)].join("\n");
}

/** The values are ours: none holds a quote, which would end the shell's string. */
function body(value: object): string {
  return `${JSON_BODY} '${JSON.stringify(value)}'`;
}
