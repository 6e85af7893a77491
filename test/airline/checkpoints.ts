// Owns how a tool in a worker process asks the test whether it may go on: HTTP on loopback,
// since the worker must be held exactly where it asks. Decides nothing.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { AnyTool } from "../../contract/tool.ts";
import type { Point } from "./points.ts";

export interface Checkpoints extends AsyncDisposable {
  readonly url: string;
}

/** Answers an asking tool once `reach` has settled. */
export async function serveCheckpoints(
  reach: (taskId: string, point: Point) => Promise<void>,
): Promise<Checkpoints> {
  // The calls of each task by their keys, numbered as they come: one that is repeated after a
  // crash keeps its number.
  const keysOf = new Map<string, Map<string, number>>();

  function numberOf(taskId: string, key: string): number {
    const keys = keysOf.get(taskId) ?? new Map<string, number>();
    keysOf.set(taskId, keys);
    const number = keys.get(key) ?? keys.size;
    keys.set(key, number);
    return number;
  }

  const server = createServer((request, response) => {
    const [, taskId = "", key = "", moment] = (request.url ?? "").split("/");
    const number = numberOf(taskId, key);
    const point: Point = moment === "after" ? `after-tool ${number}` : `before-tool ${number}`;
    void reach(taskId, point).then(() => response.end());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The tool, asking at the checkpoints before it does anything and after it has done all. */
export function withCheckpoints(tool: AnyTool, url: string): AnyTool {
  return {
    ...tool,
    execute: async (input, context) => {
      const ask = (moment: "before" | "after") =>
        fetch(`${url}/${context.taskId}/${context.idempotencyKey}/${moment}`, { method: "POST" });
      await ask("before");
      const output = await tool.execute(input, context);
      await ask("after");
      return output;
    },
  };
}
