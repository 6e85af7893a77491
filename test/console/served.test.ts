// Shows how the gateway serves the console: what a browser may keep, what the page may do, and that none of it takes
// a credential or gives away a file that is not the page's.
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { createGateway, type Gateway, newApiKey } from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { buildConsole } from "./support/console-scene.ts";

const NOWHERE = { ingressUrl: "http://127.0.0.1:1", adminUrl: "http://127.0.0.1:1" };
const logger = createLogger("silent");
const { sha256 } = newApiKey();
const apiKeys = [{ sha256, tenant: "acme", principal: "ada", roles: ["viewer" as const] }];

describe("R76 the console is served by the gateway", () => {
  let gateway: Gateway;
  const get = (path: string, of = gateway) => of.fetch(new Request(`http://127.0.0.1${path}`));
  /** Addresses of scripts or styles in a text. */
  const assetsIn = (text: string, ending: string): readonly string[] =>
    [...new Set([...text.matchAll(/[\w./-]*assets\/[\w.-]+/g)].map(([path]) => path))].filter(
      (path) => path.endsWith(ending),
    );
  beforeAll(async () => {
    await buildConsole();
    gateway = createGateway({ ...NOWHERE, logger, authentication: { apiKeys } });
  });

  it("the page runs nothing but the gateway's own files, and stands in no frame", async () => {
    const page = await get("/console/");
    expect(page.status).toBe(200);
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:|data:/);
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    const html = await page.text();
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=|https?:/i);
  });

  it("the page is asked for anew each time, and what it names is kept for ever", async () => {
    const page = await get("/console/");
    expect(page.headers.get("cache-control")).toBe("no-cache");
    const [script = ""] = assetsIn(await page.text(), ".js");
    const asset = await get(script);
    expect(asset.headers.get("content-type")).toMatch(/^text\/javascript/);
    expect(asset.headers.get("cache-control")).toContain("immutable");
    const small = await gateway.fetch(
      new Request(`http://127.0.0.1${script}`, { headers: { "accept-encoding": "br, gzip" } }),
    );
    expect(small.headers.get("content-encoding")).toBe("gzip");
    const unzipped = gunzipSync(await small.arrayBuffer()).toString();
    expect(unzipped).toBe(await asset.text());
  });

  it("every address of a screen is the page, and a file that is none is not there", async () => {
    const deep = await get("/console/tasks/desk/case-1?view=state");
    expect(deep.headers.get("content-type")).toMatch(/^text\/html/);
    expect((await get("/console/assets/none.js")).status).toBe(404);
    for (const path of ["/console/assets/../../package.json", "/console/%2e%2e%2fpackage.json"])
      expect(await (await get(path)).text(), path).not.toContain('"dependencies"');
  });

  it("what it asks for still takes a credential, and another origin's page gets nothing on loopback", async () => {
    expect((await get("/v1/me")).status).toBe(401);
    const open = createGateway({ ...NOWHERE, logger });
    const foreign = await open.fetch(new Request("http://attacker.example/console/"));
    expect(foreign.status).toBe(421);
    expect((await get("/console/", open)).status).toBe(200);
  });

  it("is left out where somebody says so", async () => {
    const without = createGateway({
      ...NOWHERE,
      logger,
      authentication: { apiKeys },
      console: false,
    });
    expect((await get("/console/", without)).status).toBe(404);
  });
});
