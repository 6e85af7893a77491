// Owns what the doctor looks at. A check finds something, or nothing that is worth a line, and never
// rejects: what it cannot see is a finding.
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { type ClientConfig, readClientConfig, readConfig } from "../../services/config.ts";
import { createAdminClient } from "../../services/engine/admin.ts";
import { assertFree } from "../../services/engine/ports.ts";
import { connect } from "../api/connect.ts";
import { packageManifest } from "../package.ts";
import { problemOf } from "../problem.ts";
import type { Finding } from "./finding.ts";

type Found = Omit<Finding, "check">;
type Check = (signal: AbortSignal) => Promise<readonly Found[]> | readonly Found[];

const SERVER_PACKAGE = "@restatedev/restate-server";

export const CHECKS: Readonly<Record<string, Check>> = {
  node: () => [{ status: "ok", found: `Node ${process.versions.node}` }],
  holdfast: () => [{ status: "ok", found: `holdfast ${packageManifest().version}` }],
  "server binary": serverBinary,
  configuration,
  gateway,
  restate,
  agents,
  model,
};

function serverBinary(): readonly Found[] {
  const wanted = packageManifest().peerDependencies[SERVER_PACKAGE] ?? "";
  const fix = `npm install ${SERVER_PACKAGE}@${wanted}`;
  // As seen from the project, where npm installs it.
  const require = createRequire(`${process.cwd()}/package.json`);
  try {
    const { version } = require(`${SERVER_PACKAGE}/package.json`) as { readonly version: string };
    const found = `${SERVER_PACKAGE} ${version} for ${platform()}-${arch()}`;
    if (version === wanted) return [{ status: "ok", found }];
    return [{ status: "note", found: `${found}, tried with ${wanted}`, fix }];
  } catch {
    // Only `dev` and tests need one of their own.
    return [{ status: "note", found: `${SERVER_PACKAGE} is not installed: no holdfast dev`, fix }];
  }
}

function configuration(): readonly Found[] {
  return [readConfig, readClientConfig].flatMap((read): Found[] => {
    try {
      read();
      return [];
    } catch (error) {
      const lines = problemOf(error).message.split("\n");
      return lines.map((found) => ({ status: "failed", found, fix: "set it right, or unset it" }));
    }
  });
}

/** Undefined where it is wrong, which the check of the configuration has said. */
function clientConfig(): ClientConfig | undefined {
  try {
    return readClientConfig();
  } catch {
    return undefined;
  }
}

async function gateway(signal: AbortSignal): Promise<readonly Found[]> {
  const { url } = clientConfig() ?? {};
  if (url === undefined)
    return [{ status: "ok", found: "none (HOLDFAST_URL): Restate on this machine is spoken to" }];
  try {
    const api = await connect({ as: undefined, signal });
    await api.ask({ path: ["tasks"], query: { limit: 1 }, about: "list of tasks" });
    return [{ status: "ok", found: `${url} answers, and takes the key` }];
  } catch (error) {
    return [{ status: "failed", found: problemOf(error).message }];
  }
}

async function restate(): Promise<readonly Found[]> {
  const { url, restate: at } = clientConfig() ?? {};
  if (at === undefined || url !== undefined) return [];
  const wanted = packageManifest().peerDependencies[SERVER_PACKAGE] ?? "";
  const version = await createAdminClient(at.adminUrl)
    .serverVersion()
    .catch(() => undefined);
  if (version === undefined) return notRunning(at);
  const health = await fetch(`${at.ingressUrl}/restate/health`).catch(() => undefined);
  if (health?.ok !== true)
    return [{ status: "failed", found: `the ingress at ${at.ingressUrl} does not answer` }];
  const found = `Restate ${version} at ${at.ingressUrl} and ${at.adminUrl}`;
  const fix = `use Restate ${wanted}`;
  return [version === wanted ? { status: "ok", found } : { status: "note", found, fix }];
}

async function notRunning(at: ClientConfig["restate"]): Promise<readonly Found[]> {
  if (at.embedded === undefined) {
    const fix = "start it, or set RESTATE_ADMIN_URL right";
    return [{ status: "failed", found: `Restate does not answer at ${at.adminUrl}`, fix }];
  }
  try {
    await assertFree(at.embedded);
    const found = "no Restate server runs here; its ports are free";
    return [{ status: "note", found, fix: "holdfast dev starts one" }];
  } catch (error) {
    return [{ status: "failed", found: problemOf(error).message }];
  }
}

async function agents(): Promise<readonly Found[]> {
  const { url, restate: at } = clientConfig() ?? {};
  if (at === undefined || url !== undefined) return [];
  const services = await createAdminClient(at.adminUrl)
    .listServices()
    .catch(() => undefined);
  if (services === undefined) return [];
  const missing = ["holdfast.control", "holdfast.approval"].filter(
    (wanted) => !services.some(({ name }) => name === wanted),
  );
  const own = services.filter(({ name }) => !/^(holdfast|tools)\./.test(name));
  const fix = "start a worker that registers itself: worker.register()";
  if (own.length === 0) return [{ status: "note", found: "no agent is registered", fix }];
  const names = own
    .map(({ name }) => name)
    .toSorted()
    .join(", ");
  if (missing.length === 0) return [{ status: "ok", found: names }];
  return [{ status: "failed", found: `${names}, but nobody serves ${missing.join(", ")}`, fix }];
}

function model(): readonly Found[] {
  try {
    const { apiKey, baseUrl } = readConfig().model;
    if (apiKey !== undefined) return [{ status: "ok", found: "OPENAI_API_KEY is set" }];
    if (baseUrl !== undefined) return [{ status: "ok", found: `OPENAI_BASE_URL is ${baseUrl}` }];
  } catch {
    return [];
  }
  const found = "no OPENAI_API_KEY: what is meant for development answers in its place";
  return [{ status: "note", found }];
}
