// Owns the hand-written Restate services that the runtime is measured against: what a good
// engineer writes without it, doing the same work per step with the same payloads. It keeps no
// log, checks nothing and can do nothing else.
import { createHash } from "node:crypto";
import { createServer } from "node:http2";
import {
  type Context,
  createEndpointHandler,
  object,
  type ObjectContext,
  rpc,
  service,
} from "@restatedev/restate-sdk";
import { lookUp } from "./agents.ts";
import { baselineControl, baselineSlow } from "./baseline-control.ts";
import type { Orders } from "./orders.ts";
import { argumentsOf, reply } from "./scripted-model.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const tool = service({
  name: "BaselineTool",
  handlers: {
    execute: (ctx: Context, given: { readonly item: string }) =>
      ctx.run("execute", () => lookUp(given.item)),
  },
  // As the runtime keeps its tools' answers, so that this is no difference.
  options: { idempotencyRetention: 7 * 24 * HOUR, journalRetention: HOUR },
});

const task = object({
  name: "BaselineTask",
  handlers: {
    work: async (ctx: ObjectContext, orders: Orders): Promise<void> => {
      for (let step = 0; step < orders.steps; step += 1) {
        const answer = await ctx.run("model-call", () => reply(orders, step, "look-up"));
        const idempotencyKey = sha256(`${ctx.key}/${step}`);
        const given = JSON.parse(argumentsOf(orders, step)) as { item: string };
        const result = await ctx.serviceClient(tool).execute(given, rpc.opts({ idempotencyKey }));
        ctx.set(`step/${step}`, { answer, result });
      }
      // The answer that ends the conversation; the model marks it.
      await ctx.run("model-call", () => reply(orders, orders.steps, "look-up"));
    },
    /** A question with one answer: one action. */
    answer: (ctx: ObjectContext, orders: Orders) =>
      ctx.run("model-call", () => reply(orders, orders.steps, "look-up")),
  },
  options: { enableLazyState: true, journalRetention: MINUTE },
});

/** Serves the baseline on 127.0.0.1; resolves to the address to register. */
export function serveBaseline(port: number): Promise<string> {
  const services = [tool, task, baselineControl, baselineSlow];
  const server = createServer(createEndpointHandler({ services, logger: () => undefined }));
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(`http://127.0.0.1:${port}/`));
  });
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
