// Owns the commands that start.ts prints for whoever sits in front of it, ready to be copied.
import { curl } from "./curl.ts";
import type { WaitingCall } from "./task-client.ts";

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
      curl(`${taskUrl}/status`),
      curl(`${taskUrl}/events`, { after: -1 }),
    ),
    section("Send it another message", curl(`${taskUrl}/send`, { message: "What is the status?" })),
    section("Kill its worker; a new one starts after a second", `kill -9 ${workerPid}`),
    section(
      "Inspect it with the Restate CLI",
      `${restate} invocations list`,
      `${restate} invocations list --all --service refund-desk`,

      `${restate} services list`,
    ),
  ].join("\n");
}

/** What to do about a call that waits for an approval, whose handlers are at `approvalUrl`. */
export function approvalCommands(approvalUrl: string, call: WaitingCall): string {
  const { tool, digest } = call;
  const decide = (decision: object) => curl(`${approvalUrl}/decide`, { ...decision, digest });
  const message = "She got a new one.";
  return [
    `The task waits for an approval of ${tool}(${JSON.stringify(call.arguments)})`,
    section("Look at the whole of it", curl(`${approvalUrl}/show`, { compare: true })),
    section("Approve it", decide({ decision: "approve", by: "you" })),
    section("Or reject it", decide({ decision: "reject", by: "you", message })),
  ].join("\n");
}

function section(title: string, ...commands: readonly string[]): string {
  return [`${title}:`, ...commands.map((command) => `    ${command}`)].join("\n");
}
