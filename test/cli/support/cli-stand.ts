// Owns what the tests of the command line stand on: a real server with the desk of the gateway's tests,
// whose agent waits in each way, a gateway with callers of every kind, and the command.
import { generateKeyPairSync } from "node:crypto";
import { expect, vi } from "vitest";
import type { EvidencePublicKeys } from "../../../contract/evidence-export.ts";
import type { ApiKey } from "../../../index.ts";
import { createGateway, createHeadSigner, evidencePublicKeys, newApiKey } from "../../../index.ts";
import { createLogger } from "../../../services/log.ts";
import { PATIENCE } from "../../agent/support/task.ts";
import { openGatewayScene } from "../../gateway/support/gateway-scene.ts";
import type { TestEngine } from "../../support/restate.ts";
import { type CliOutcome, runCli, type RunningCli, startCli } from "./run-cli.ts";

/** `local`: no gateway, as whoever `--as` says. The others are callers of the gateway. */
export type Who = "local" | "ann" | "bob" | "viewer" | "stranger" | "expired" | "revoked" | "none";

export interface CliStand {
  readonly engine: TestEngine;
  /** Whose signatures are under its logs. */
  readonly evidenceKeys: EvidencePublicKeys;
  readonly url: string;
  env(who: Who): Readonly<Record<string, string>>;
  /** Starts a task by the API, and waits until it has this status. */
  begin(who: "ann" | "bob", task: string, message: string, status: string): Promise<void>;
  /** By the API. */
  statusOf(who: "ann" | "bob", task: string): Promise<unknown>;
  /** The command as one of them; a text is split at spaces. */
  run(who: Who, args: string | readonly string[], input?: string): Promise<CliOutcome>;
  /** As `run`, of a command that goes on until it is told to end. */
  start(who: Who, args: string | readonly string[]): RunningCli;
  /** The parsed answer of one that must succeed. */
  json(who: Who, args: string | readonly string[]): Promise<Readonly<Record<string, unknown>>>;
  stop(): Promise<void>;
}

export async function openCliStand(): Promise<CliStand> {
  const evidenceKey = { id: "k-1", privateKey: newPrivateKey() };
  const scene = await openGatewayScene({ evidence: { sign: createHeadSigner(evidenceKey) } });
  const { ingressUrl, adminUrl } = scene.engine;
  const { apiKeys, keyOf } = otherCallers();
  const second = await createGateway({
    ingressUrl,
    adminUrl,
    authentication: { apiKeys },
    logger: createLogger("silent"),
  }).serve({ port: 0 });
  const secondUrl = `http://127.0.0.1:${second.port}`;

  const environments: Readonly<Record<Who, Readonly<Record<string, string>>>> = {
    local: { RESTATE_INGRESS_URL: ingressUrl, RESTATE_ADMIN_URL: adminUrl },
    ann: { HOLDFAST_URL: scene.url, HOLDFAST_KEY: scene.keyOf("acme", "ann") },
    bob: { HOLDFAST_URL: scene.url, HOLDFAST_KEY: scene.keyOf("acme", "bob") },
    stranger: { HOLDFAST_URL: scene.url, HOLDFAST_KEY: scene.keyOf("globex", "ann") },
    viewer: { HOLDFAST_URL: secondUrl, HOLDFAST_KEY: keyOf("viewer") },
    expired: { HOLDFAST_URL: secondUrl, HOLDFAST_KEY: keyOf("expired") },
    revoked: { HOLDFAST_URL: secondUrl, HOLDFAST_KEY: keyOf("revoked") },
    none: { HOLDFAST_URL: scene.url },
  };
  const at = (task: string) => {
    const [agent = "", id = ""] = task.split("/");
    return `/v1/agents/${agent}/tasks/${encodeURIComponent(id)}`;
  };
  const statusOf: CliStand["statusOf"] = async (who, task) => {
    const answer = await scene.call(`${at(task)}/status`, { as: scene.keyOf("acme", who) });
    return answer.body["status"];
  };
  const argsOf = (args: string | readonly string[]) =>
    typeof args === "string" ? args.split(" ") : args;
  const run: CliStand["run"] = (who, args, input = "") =>
    runCli(argsOf(args), { env: environments[who], input });
  return {
    engine: scene.engine,
    evidenceKeys: await evidencePublicKeys([evidenceKey]),
    url: scene.url,
    env: (who) => environments[who],
    begin: async (who, task, message, status) => {
      const as = scene.keyOf("acme", who);
      await scene.call(`${at(task)}/start`, { method: "POST", as, body: { message } });
      await vi.waitFor(async () => expect(await statusOf(who, task)).toBe(status), PATIENCE);
    },
    statusOf,
    run,
    start: (who, args) => startCli(argsOf(args), { env: environments[who] }),
    json: async (who, args) => {
      const { code, stdout, stderr } = await run(who, [...argsOf(args), "--json"]);
      if (code !== 0) throw new Error(`${String(args)} ended with ${code}: ${stderr}`);
      return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
    },
    stop: async () => {
      await second.close();
      await scene.stop();
    },
  };
}

/** Those whom the gateway of the scene does not know. */
function otherCallers() {
  const own = (
    [
      ["viewer", "acme", {}],
      ["expired", "acme", { expiresAt: "2020-01-01T00:00:00Z" }],
      // Not configured: it was taken out.
      ["revoked", undefined, {}],
    ] as const
  ).map(([who, tenant, more]) => ({ who, tenant, more, ...newApiKey() }));
  const apiKeys = own.flatMap(({ who, tenant, more, sha256 }): ApiKey[] =>
    tenant === undefined ? [] : [{ sha256, tenant, principal: who, roles: ["viewer"], ...more }],
  );
  const keyOf = (who: Who) => own.find((each) => each.who === who)?.key ?? "";
  return { apiKeys, keyOf };
}

function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync("ed25519");
  return privateKey.export({ format: "pem", type: "pkcs8" }).toString();
}
