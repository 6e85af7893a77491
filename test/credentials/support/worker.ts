// Owns the worker process of these tests: an agent whose tools put their credential into
// everything that an author could put it into, and whose model calls one after the other.
import { z } from "zod";
import {
  createApp,
  createFileCredentials,
  createFsArtifactStore,
  credentialRefused,
  defineAgent,
  defineTool,
  toolFailure,
} from "../../../index.ts";
import type { ToolContext } from "../../../contract/tool.ts";
import { createLogger } from "../../../services/log.ts";
import { asksFor, says, scriptedModel } from "../../agent/support/scripted-model.ts";
import { report } from "../../support/worker.ts";

const settings = z
  .object({
    INGRESS_URL: z.url(),
    ADMIN_URL: z.url(),
    SHOP_URL: z.url(),
    ARTIFACTS: z.string(),
    CREDENTIALS: z.string(),
  })
  .parse(process.env);

type Way = (key: string, context: ToolContext) => unknown;

function carelessTool(name: string, effect: "read" | "financial", way: Way) {
  return defineTool({
    name,
    description: `Does ${name}.`,
    input: z.strictObject({}),
    output: z.unknown(),
    effect,
    approval: name === "charge" ? "required" : "never",
    credentials: ["shop-key"],
    retry: { maxAttempts: 2, initialIntervalMs: 1, maxIntervalMs: 1 },
    async execute(_, context) {
      const key = await context.credential("shop-key");
      const err = new Error(`with ${key}`, { cause: key });
      context.logger.warn({ key, header: `Bearer ${key}`, err, [key]: 1 }, `using ${key}`);
      return way(key, context);
    },
  });
}

const send = async (key: string, context: ToolContext) => {
  const response = await context.fetch(`${settings.SHOP_URL}/?key=${encodeURIComponent(key)}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
  });
  if (response.status === 401) throw credentialRefused("shop-key", `401 for ${key}`);
  return { body: await response.text(), echo: response.headers.get("x-echo") };
};

const tools = [
  carelessTool("echo", "read", (key) => ({ [key]: [key, btoa(key), encodeURIComponent(key)] })),
  // Above what a model is shown and what stays in the journal.
  carelessTool("dump", "read", (key) => `${key} ${btoa(`me:${key}`)}\n`.repeat(1000)),
  carelessTool("refuse", "read", (key) => {
    throw toolFailure("bad_key", `the shop does not take ${key}`);
  }),
  carelessTool("crash", "read", (key) => {
    throw Object.assign(new TypeError(`cannot read ${key}`), { key });
  }),
  carelessTool("unreachable", "read", (key, context) =>
    context.fetch(`http://user:${encodeURIComponent(key)}@127.0.0.1:1/?key=${key}`, {
      headers: { authorization: `Bearer ${key}`, "x-broken": `${key}\n` },
    }),
  ),
  // In bytes nothing can be taken out.
  carelessTool("keep", "read", (key, { artifacts }) =>
    artifacts.put(Buffer.from(`PNG ${btoa(key)} ${key}`), "image/png"),
  ),
  carelessTool("pay", "financial", send),
  carelessTool("charge", "financial", send),
];

const model = scriptedModel(async (request) => {
  await report({ prompt: JSON.stringify(request) });
  const message = request.messages.find(({ role }) => role === "user");
  const part = message?.role === "user" ? message.parts[0] : undefined;
  const wanted = part?.type === "text" ? part.text.split(" ") : [];
  const done = request.messages.filter(({ role }) => role === "assistant").length;
  const next = wanted[done];
  return next === undefined ? says("done") : asksFor([next, {}]);
});

const app = createApp({
  agents: [
    defineAgent({
      name: "buyer",
      instructions: "You buy.",
      model: { provider: "scripted", model: "m-1" },
      tools,
    }),
  ],
  providers: { scripted: model },
  artifacts: createFsArtifactStore({ directory: settings.ARTIFACTS }),
  credentials: createFileCredentials({ directory: settings.CREDENTIALS }),
  ingressUrl: settings.INGRESS_URL,
  adminUrl: settings.ADMIN_URL,
  logger: createLogger("debug"),
});
const { port } = await app.serve({ port: Number(process.argv[2]) });
await report({ serving: port });
