// Owns the tests of the settings of a process: what is read, and what a person reads when it
// cannot be.
import { inspect } from "node:util";
import { resolve } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { readConfig } from "../../services/config.ts";
import { spawnProcess } from "../support/worker-process.ts";

const KEY = "publickeyv1_w7YHemBctH5Ck2nQRQ47iBBqhNHy4FV7t2Usbye2A6f";

describe("readConfig", () => {
  it("needs nothing: everything on loopback, with a server of its own", () => {
    expect(readConfig({})).toEqual({
      restate: {
        ingressUrl: "http://127.0.0.1:8080",
        adminUrl: "http://127.0.0.1:9070",
        embedded: { ingress: 8080, admin: 9070, fabric: 5122 },
      },
      dataDir: resolve(".holdfast"),
      worker: { host: "127.0.0.1", port: 9080, identityKeys: [] },
      gateway: { port: 8090 },
      model: { apiKey: undefined, baseUrl: undefined, name: undefined, api: "responses" },
      watch: {},
      logLevel: "info",
    });
  });

  it("reads every variable", () => {
    const config = readConfig({
      RESTATE_INGRESS_URL: "https://restate.example:8080",
      RESTATE_ADMIN_URL: "https://restate.example:9070",
      HOLDFAST_DATA_DIR: "/var/lib/holdfast",
      HOLDFAST_WORKER_PORT: "9999",
      HOLDFAST_BIND: "0.0.0.0",
      HOLDFAST_IDENTITY_KEYS: `${KEY}, ${KEY}2`,
      OPENAI_API_KEY: "sk-secret",
      OPENAI_BASE_URL: "http://127.0.0.1:1234/v1",
      OPENAI_MODEL: "a-model",
      HOLDFAST_MODEL_API: "chat",
      LOG_LEVEL: "debug",
    });
    expect(config).toMatchObject({
      restate: {
        ingressUrl: "https://restate.example:8080",
        adminUrl: "https://restate.example:9070",
        embedded: undefined,
      },
      dataDir: "/var/lib/holdfast",
      worker: { host: "0.0.0.0", port: 9999, identityKeys: [KEY, `${KEY}2`] },
      model: { baseUrl: "http://127.0.0.1:1234/v1", name: "a-model", api: "chat" },
      logLevel: "debug",
    });
    expect(config.model.apiKey?.()).toBe("sk-secret");
  });

  it("R67 reads in seconds from when on a task counts as stuck", () => {
    const watch = { HOLDFAST_STUCK_QUEUED: "60", HOLDFAST_STUCK_ESCALATE: "7200" };
    expect(readConfig(watch).watch).toEqual({ queuedMs: 60_000, escalateMs: 7_200_000 });
    expect(() => readConfig({ HOLDFAST_STUCK_STALLED: "0" })).toThrow(
      /^HOLDFAST_STUCK_STALLED must/,
    );
  });

  it("takes the ports of its own server, and an empty variable for an absent one", () => {
    const { restate } = readConfig({
      HOLDFAST_INGRESS_PORT: "18080",
      HOLDFAST_ADMIN_PORT: "19070",
      HOLDFAST_FABRIC_PORT: "15122",
      OPENAI_API_KEY: "",
      RESTATE_INGRESS_URL: "",
    });
    expect(restate.ingressUrl).toBe("http://127.0.0.1:18080");
    expect(restate.adminUrl).toBe("http://127.0.0.1:19070");
    expect(restate.embedded?.fabric).toBe(15_122);
  });

  it("does not print the key, whoever prints the configuration", () => {
    const config = readConfig({ OPENAI_API_KEY: "sk-secret" });
    expect(inspect(config, { depth: 9, showHidden: true }) + JSON.stringify(config)).not.toContain(
      "sk-secret",
    );
  });

  it.each([
    ["RESTATE_INGRESS_URL", "localhost:8080", "an http or https URL"],
    ["HOLDFAST_WORKER_PORT", "65536", "a port from 1 to 65535"],
    ["HOLDFAST_WORKER_PORT", "0", "a port from 1 to 65535"],
    ["HOLDFAST_ADMIN_PORT", "9070x", "a port from 1 to 65535"],
    ["HOLDFAST_BIND", "everywhere", "an IP address or localhost"],
    ["HOLDFAST_IDENTITY_KEYS", "hunter2", "public keys as Restate prints them"],
    ["OPENAI_API_KEY", "hunter2 \n", "a key without spaces or line breaks, for example sk-..."],
    ["OPENAI_BASE_URL", "ftp://me:hunter2@x", "an http or https URL"],
    ["OPENAI_MODEL", "a model", "a model's name without spaces"],
    ["HOLDFAST_MODEL_API", "completions", "responses or chat, for example responses"],
    ["LOG_LEVEL", "loud", "one of fatal, error, warn, info, debug, trace, silent"],
  ])("%s=%j is one line: it must be %s", (name, value, must) => {
    const problem = problemOf({ [name]: value }).split("\n");
    expect(problem.find((line) => line.startsWith(`${name} must be ${must}`))).toBeDefined();
    expect(problem.join()).not.toContain("hunter2");
  });

  it("names every problem, each on a line", () => {
    expect(problemOf({ LOG_LEVEL: "loud", HOLDFAST_WORKER_PORT: "x" }).split("\n")).toHaveLength(2);
  });

  it("wants both URLs or none, and ports that differ", () => {
    expect(problemOf({ RESTATE_INGRESS_URL: "http://127.0.0.1:1" })).toBe(
      "RESTATE_ADMIN_URL is missing while RESTATE_INGRESS_URL is set, for example http://127.0.0.1:9070",
    );
    expect(problemOf({ HOLDFAST_WORKER_PORT: "8080" })).toBe(
      "HOLDFAST_WORKER_PORT must be another port than HOLDFAST_INGRESS_PORT",
    );
  });

  it.each(["0.0.0.0", "::", "10.0.0.1"])(
    "refuses to listen on %s without identity keys",
    (host) => {
      expect(problemOf({ HOLDFAST_BIND: host })).toMatch(
        /^HOLDFAST_IDENTITY_KEYS is missing while HOLDFAST_BIND is not loopback/,
      );
      expect(readConfig({ HOLDFAST_BIND: host, HOLDFAST_IDENTITY_KEYS: KEY }).worker.host).toBe(
        host,
      );
    },
  );

  it.each(["127.0.0.1", "127.1.2.3", "::1", "localhost"])("listens on %s without", (host) => {
    expect(readConfig({ HOLDFAST_BIND: host }).worker.host).toBe(host);
  });
});

describe("a process with a bad configuration", () => {
  it("exits with 78 and says why on stderr, before it listens", async () => {
    const start = spawnProcess(new URL("configured.ts", import.meta.url), 0, {
      HOLDFAST_WORKER_PORT: "many",
      OPENAI_API_KEY: "hunter2 hunter2",
    });
    const error = await start.catch((reason: unknown) => String(reason));
    expect(error).toContain("ended with 78 before it served");
    expect(error).toContain(
      "HOLDFAST_WORKER_PORT must be a port from 1 to 65535, for example 9080",
    );
    expect(error).toContain("OPENAI_API_KEY must be a key without spaces or line breaks");
    expect(error).not.toContain("hunter2");
  });

  it("does not exit with a good one", async () => {
    const child = await spawnProcess(new URL("configured.ts", import.meta.url), 0, {
      HOLDFAST_WORKER_PORT: "4711",
    });
    await vi.waitFor(() => expect(child.messages).toEqual([{ port: 4711 }]), 20_000);
    await child.kill();
  });
});

function problemOf(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("the configuration was taken");
}
