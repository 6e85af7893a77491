// Owns filling a server with tasks that nobody has worked on: an object writes the state that the agent
// object has written of a real task, row by row, under other names and times. What it writes for the real
// task's own names is that task's state, byte for byte (test/bench/task-filler.test.ts).
import { createServer, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import {
  createEndpointHandler,
  object,
  type ObjectContext,
  serde,
  service,
  type Context,
} from "@restatedev/restate-sdk";

/** The state of a real task. */
export interface TaskTemplate {
  readonly taskId: string;
  readonly taskUid: string;
  /** JSON by key. */
  readonly rows: Readonly<Record<string, string>>;
}

export interface FilledTask {
  /** The key in the server, with the tenant. */
  readonly taskId: string;
  readonly taskUid: string;
  /** In the place of the template's. */
  readonly head?: Readonly<Record<string, unknown>>;
}

/** A task of the same story under another name. */
export function rowsOf(
  { taskId, taskUid, rows }: TaskTemplate,
  filled: FilledTask,
): Readonly<Record<string, string>> {
  const renamed = Object.entries(rows).map(([key, json]): [string, string] => {
    const text = json.replaceAll(taskId, filled.taskId).replaceAll(taskUid, filled.taskUid);
    if (key !== "head" || filled.head === undefined) return [key, text];
    return [key, JSON.stringify({ ...(JSON.parse(text) as object), ...filled.head })];
  });
  return Object.fromEntries(renamed);
}

/** What the task of a number is: which service it is listed under, and what of it is its own. */
export type TaskOfNumber = (
  n: number,
) => FilledTask & { readonly service: string; readonly template: TaskTemplate };

/** Nothing of these invocations is to stay: it is the tasks' rows that are measured. */
const LEAVING_NOTHING = { journalRetention: 0, idempotencyRetention: 0 };

export interface Filler extends AsyncDisposable {
  readonly url: string;
}

/** Sends so many tasks from a number on: `filler/spread`. */
export interface Spread {
  readonly from: number;
  readonly count: number;
}

/** Serves the filler on 127.0.0.1, with an object of each of these names. */
export async function serveFiller(names: readonly string[], taskOf: TaskOfNumber): Promise<Filler> {
  const objects = names.map((name) =>
    object({
      name,
      handlers: {
        fill: async (ctx: ObjectContext, n: number): Promise<void> => {
          const task = taskOf(n);
          for (const [key, json] of Object.entries(rowsOf(task.template, task)))
            ctx.set(key, Buffer.from(json), serde.binary);
        },
      },
      options: { enableLazyState: true, ...LEAVING_NOTHING },
    }),
  );
  const spreading = service({
    name: "filler",
    handlers: {
      spread: async (ctx: Context, { from, count }: Spread): Promise<void> => {
        for (let n = from; n < from + count; n += 1) {
          const { service: name, taskId } = taskOf(n);
          ctx.genericSend<number>({
            service: name,
            key: taskId,
            method: "fill",
            parameter: n,
            inputSerde: serde.json as never,
          });
        }
      },
    },
    options: LEAVING_NOTHING,
  });
  const server = createServer(
    createEndpointHandler({ services: [...objects, spreading], logger: () => undefined }),
  );
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

function listen(server: Http2Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
