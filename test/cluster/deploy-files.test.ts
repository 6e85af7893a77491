// Owns that what deploy/ says of a cluster is what `holdfast cluster` tried: the same settings over
// the same restate.toml, read by Restate itself; every request signed; probes that find out.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { nodeSettings, REPLICATION } from "../../cli/cluster/node-settings.ts";
import { readConfig } from "../../services/config.ts";
import { defaultConfigFile, serverBinary } from "../../services/engine/restate-server.ts";
import { serveHttp2 } from "../support/http2-server.ts";
import { readCompose, readDeployFile, readManifest } from "./support/deploy-files.ts";

const SNAPSHOTS = {
  destination: "s3://bucket/prefix",
  region: "eu-central-1",
  credentials: { accessKeyId: "an-id", secretAccessKey: "hush-secret" },
};
const PUBLIC_KEY = "publickeyv1_w7YHemBctH5Ck2nQRQ47iBBqhNHy4FV7t2Usbye2A6f";
const VARIABLES = {
  RESTATE_SNAPSHOTS: SNAPSHOTS.destination,
  AWS_REGION: SNAPSHOTS.region,
  AWS_ACCESS_KEY_ID: SNAPSHOTS.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: SNAPSHOTS.credentials.secretAccessKey,
  HOLDFAST_IDENTITY_KEYS: PUBLIC_KEY,
  HOLDFAST_WORKER_IMAGE: "registry.example.com/app:1",
};
const REFERENCES = {
  "restate-snapshots/destination": SNAPSHOTS.destination,
  "restate-snapshots/region": SNAPSHOTS.region,
  "restate-snapshots/access-key-id": SNAPSHOTS.credentials.accessKeyId,
  "restate-snapshots/secret-access-key": SNAPSHOTS.credentials.secretAccessKey,
  "restate-identity/public-key": PUBLIC_KEY,
};

const DEPLOYMENTS = [
  {
    file: "compose.yaml",
    read: () => readCompose(VARIABLES),
    hosts: ["n1", "n2", "n3"],
    names: ["n1", "n2", "n3"],
  },
  {
    file: "kubernetes.yaml",
    read: () => readManifest(REFERENCES),
    hosts: ["restate-0.restate", "restate-1.restate", "restate-2.restate"],
    names: ["restate-0", "restate-1", "restate-2"],
  },
];

describe.each(DEPLOYMENTS)("deploy/$file", ({ read, hosts, names }) => {
  it("tells each of three nodes what a node of `holdfast cluster` is told", async () => {
    const { nodes } = await read();
    const fabricUrls = hosts.map((host) => `http://${host}:5122`);
    expect(nodes).toHaveLength(hosts.length);
    for (const [index, { env }] of nodes.entries()) {
      expect(env).toMatchObject(
        nodeSettings({
          name: names[index] ?? "",
          fabricUrl: fabricUrls[index] ?? "",
          fabricUrls,
          // By the provisioning below: a node whose disk is new must not make a second cluster.
          founds: false,
          snapshots: SNAPSHOTS,
        }),
      );
    }
  });

  it("is read by Restate as it is meant, over restate.toml", async () => {
    const { nodes } = await read();
    const [, second] = nodes;
    const config = await dumpConfig(second?.env ?? {});
    expect(config).toMatchObject({
      "node-name": names[1],
      "advertised-address": `http://${hosts[1]}:5122/`,
      "auto-provision": "false",
      "default-replication": String(REPLICATION),
      "worker.snapshots.destination": SNAPSHOTS.destination,
      "worker.snapshots.aws-access-key-id": SNAPSHOTS.credentials.accessKeyId,
      "worker.invoker.request-identity-private-key-pem-file":
        expect.stringMatching(/request-identity/),
      "ingress.bind-ip": "0.0.0.0",
      "admin.bind-ip": "0.0.0.0",
      "bind-ip": "0.0.0.0",
    });
    // What it does not say is as restate.toml has it.
    const plain = await dumpConfig({});
    for (const name of [
      "cluster-name",
      "default-num-partitions",
      "rocksdb-total-memory-size",
      "default-retry-policy.max-interval",
      "worker.invoker.concurrent-invocations-limit",
      "bifrost.record-cache-memory-size",
    ]) {
      expect(config[name], name).toBe(plain[name]);
      expect(config[name], name).toBeDefined();
    }
  });

  it("runs the version that is tested here, and makes the cluster that restate.toml means", async () => {
    const { nodes, provision } = await read();
    const version = await packageVersion();
    const image = `docker.restate.dev/restatedev/restate:${version}`;
    expect(nodes.map((node) => node.image)).toEqual([image, image, image]);
    expect(provision.image).toBe(image);
    const partitions = (await dumpConfig({}))["default-num-partitions"];
    const said = provision.command.join(" ");
    expect(said).toMatch(/^restatectl provision /);
    expect(said).toContain(`--num-partitions ${partitions} --replication ${REPLICATION}`);
    expect(said).toContain(`http://${hosts[0]}:5122`);
  });

  it("gives the worker what it needs: no request but a signed one, and the address in front", async () => {
    const { worker } = await read();
    const config = readConfig(worker.env);
    expect(config.worker).toEqual({ host: "0.0.0.0", port: 9080, identityKeys: [PUBLIC_KEY] });
    expect(config.restate.embedded).toBeUndefined();
    expect(new URL(config.restate.ingressUrl).port).toBe("8080");
    expect(new URL(config.restate.adminUrl).port).toBe("9070");
  });

  it("finds out by its probe whether a worker is ready", async () => {
    const { worker } = await read();
    let status = 200;
    const server = await serveHttp2((request, response) => {
      response.statusCode = request.url === "/ready" ? status : 404;
      response.end();
    });
    onTestFinished(() => server.close());
    const probe = () => probed(worker.probe, server.port);
    expect(await probe()).toBe(true);
    status = 503;
    expect(await probe()).toBe(false);
    await server.close();
    expect(await probe()).toBe(false);
  });
});

describe("what is in front of compose's nodes", () => {
  it("has each node's ingress and admin API, and asks for their health", async () => {
    const text = await readDeployFile("haproxy.cfg");
    const backends = [...text.matchAll(/^backend (\w+)\n((?: {4}.*\n)+)/gm)];
    expect(backends.map(([, name, body]) => [name, body?.trim().split(/\n */)])).toEqual([
      ["ingress", serversOf("/restate/health", 8080)],
      ["admin", serversOf("/health", 9070)],
    ]);
  });
});

function serversOf(path: string, port: number): readonly string[] {
  const names = ["n1", "n2", "n3"];
  return [`option httpchk GET ${path}`, ...names.map((name) => `server ${name} ${name}:${port}`)];
}

/** `section.key` to value, of what the server would run with. */
async function dumpConfig(env: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-dump-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const { stdout } = await promisify(execFile)(
    serverBinary(),
    ["--no-logo", "-c", defaultConfigFile(), "--dump-config"],
    { env, cwd: directory },
  );
  const config: Record<string, string> = {};
  let section = "";
  for (const line of stdout.split("\n")) {
    section = /^\[(.+)\]$/.exec(line)?.[1]?.concat(".") ?? section;
    const [, name, value = ""] = /^([\w-]+) = (.*)$/.exec(line) ?? [];
    if (name !== undefined) config[section + name] = value.replaceAll('"', "");
  }
  return config;
}

async function packageVersion(): Promise<string> {
  const manifest = join(import.meta.dirname, "../../package.json");
  const { devDependencies } = JSON.parse(await readFile(manifest, "utf8")) as {
    devDependencies: Record<string, string>;
  };
  return devDependencies["@restatedev/restate-server"] ?? "";
}

/** Run against this port in place of the worker's. */
async function probed([program, ...args]: readonly string[], port: number): Promise<boolean> {
  expect(program).toBe("node");
  const at = args.map((arg) => arg.replace("127.0.0.1:9080", `127.0.0.1:${port}`));
  return promisify(execFile)(process.execPath, at).then(
    () => true,
    () => false,
  );
}
