// Owns that whatever id a caller writes into a request, the gateway asks the runtime for what is the
// caller's own tenant's and for nothing else: every route, with ids made to reach another tenant's.
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Route } from "../../gateway/route.ts";
import { ROLES } from "../../gateway/roles.ts";
import { ROUTES } from "../../gateway/routes.ts";
import { createGateway, newApiKey } from "../../index.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { createLogger } from "../../services/log.ts";
import {
  type Answer,
  clientOf,
  exampleOf,
  NOBODYS,
  routeNamed,
} from "../gateway/support/client.ts";
import { startStubRuntime, YES } from "../gateway/support/stub-runtime.ts";
import { SEED, SOAK } from "../support/seed.ts";
import { disguisesOf, hostileId, IMPOSSIBLE_IDS } from "./support/hostile-ids.ts";
import { trespass } from "./support/trespass.ts";

const TENANT = "acme";
/** What another tenant has: its task, its schedule, its owner. */
const FOREIGN = ["globex/case-1", "globex/nightly", "globex-ann", "globex"];

const runtime = await startStubRuntime();
afterAll(() => runtime.close());
beforeEach(() => {
  runtime.asked.length = 0;
});
// What an approval of another's says of itself; all else takes no notice of it.
runtime.answer(200, { ...YES, tenant: "globex" });

const { key: as, sha256 } = newApiKey();
const lines: string[] = [];
const gateway = createGateway({
  ingressUrl: runtime.url,
  adminUrl: runtime.url,
  artifacts: createMemoryArtifactStore(),
  logger: createLogger("trace", { write: (line) => lines.push(line) }),
  authentication: { apiKeys: [{ sha256, tenant: TENANT, principal: "ann", roles: [...ROLES] }] },
});
const call = clientOf((path, init) => gateway.fetch(new Request(`http://gateway${path}`, init)));

/** The route's example, with the id wherever an id goes: in the path, the query and the body. */
function attack(route: Route, id: string): Promise<Answer> {
  const ids = { ...NOBODYS, taskId: id, scheduleId: id, approvalId: id, owner: id, source: id };
  const all = { ...ids, sha256: id, date: id, operationId: id, digest: "0".repeat(64), tenant: id };
  const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(name === "agent" ? "desk" : ((all as Record<string, string>)[name] ?? id)),
  );
  const { body, query } = exampleOf(route.name, all);
  const asked = query === undefined ? "" : `?${query.replaceAll("paid", encodeURIComponent(id))}`;
  return call(`${path}${asked}`, {
    method: route.method,
    as,
    ...(body === undefined ? {} : { body }),
  });
}

/** What went wrong with an attack; nothing as it should be. */
async function failuresOf(route: Route, id: string): Promise<readonly string[]> {
  runtime.asked.length = 0;
  const { status, text, headers, body } = await attack(route, id);
  const failures = runtime.asked.flatMap((asked) => trespass(TENANT, asked) ?? []);
  if (status === 500) failures.push("it failed in a way that nobody foresaw");
  if (status >= 400) {
    const isProblem = headers.get("content-type")?.includes("application/problem+json") === true;
    if (!isProblem || !/^[a-z_]+$/.test(String(body["code"])))
      failures.push("no problem with a code");
    // Short ones are in every text.
    if (id.length > 8 && text.includes(id)) failures.push("the answer quotes the id");
  }
  const at = `${route.name} with ${JSON.stringify(id.slice(0, 80))}: ${status} ${text.slice(0, 200)}`;
  return failures.map((failure) => `${failure}: ${at}`);
}

const routes = ROUTES.filter(({ roles }) => roles !== "anyone");
const ids = [...FOREIGN, ...FOREIGN.flatMap(disguisesOf), ...Object.values(IMPOSSIBLE_IDS)];

describe("R47 ids that are made to reach another tenant's", () => {
  it.each(routes)("R47 get nowhere at $name", async (route) => {
    // All of them in the soak; here each route has its own part of them.
    const first = routes.indexOf(route) % 4;
    const chosen = SOAK ? ids : ids.filter((_, n) => n < FOREIGN.length || n % 4 === first);
    for (const id of chosen) expect(await failuresOf(route, id)).toEqual([]);
  });

  it.each(routes.filter(({ path }) => path.includes(":approvalId")))(
    "R47 and an approval of another's, by its very id, is looked at and not shown by $name",
    async (route) => {
      const approvalId = "a".repeat(64);
      expect(await failuresOf(route, approvalId)).toEqual([]);
      const { status, text } = await attack(route, approvalId);
      expect({ status, text }).toMatchObject({ status: 404 });
      expect(text).not.toContain("globex");
    },
  );

  const numRuns = SOAK ? 10_000 : 300;
  it(`R47 of chance get nowhere: ${numRuns}, seed ${SEED}`, { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...routes.map(({ name }) => name)),
        hostileId(FOREIGN),
        async (name, id) => {
          expect(await failuresOf(routeNamed(name), id)).toEqual([]);
        },
      ),
      { numRuns, seed: Number(SEED) },
    );
  });

  it("R47 are in no line of the gateway's log", () => {
    expect(lines.filter((line) => line.includes("globex"))).toEqual([]);
  });
});
