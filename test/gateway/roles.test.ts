// Owns that docs/roles.md is true: of every route and every role, by a request for each cell.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { ROLES } from "../../gateway/roles.ts";
import { rolesPage } from "../../gateway/roles-page.ts";
import { ROUTES } from "../../gateway/routes.ts";
import { createGateway, newApiKey } from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { type Call, callRoute, clientOf, NOBODYS } from "./support/client.ts";
import { EXAMPLES } from "./support/route-examples.ts";
import { startStubRuntime, type StubRuntime } from "./support/stub-runtime.ts";

const page = await readFile(resolve(import.meta.dirname, "../../docs/roles.md"), "utf8");

/** Route, role, and whether the page says yes. */
const CELLS = page
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  )
  .flatMap(([name = "", , ...takes]) =>
    ROLES.map((role, at) => [name, role, takes[at] === "yes"] as const),
  );

describe("R69 the roles", () => {
  let runtime: StubRuntime;
  let call: Call;
  const keys = ROLES.map((role) => ({ role, ...newApiKey() }));
  beforeAll(async () => {
    runtime = await startStubRuntime();
    const gateway = createGateway({
      ingressUrl: runtime.url,
      adminUrl: runtime.url,
      artifacts: createMemoryArtifactStore(),
      logger: createLogger("silent"),
      authentication: {
        apiKeys: keys.map(({ role, sha256 }) => ({
          sha256,
          tenant: "acme",
          principal: role,
          roles: [role],
        })),
      },
    });
    call = clientOf((path, init) => gateway.fetch(new Request(`http://gateway${path}`, init)));
  });
  afterAll(() => runtime.close());

  it("R69 docs/roles.md is what the table of routes says", () => {
    expect(page).toBe(rolesPage(ROUTES));
  });

  it("every route has an example, so that no test can forget it", () => {
    expect(Object.keys(EXAMPLES).toSorted()).toEqual(ROUTES.map(({ name }) => name).toSorted());
    expect(new Set(CELLS.map(([name]) => name)).size).toBe(
      ROUTES.filter(({ roles }) => roles !== "anyone").length,
    );
  });

  const ask = async (name: string, role: string) => {
    const before = runtime.asked.length;
    const key = keys.find((each) => each.role === role)?.key;
    const answer = await callRoute(call, name, { ...NOBODYS, tenant: "acme" }, key);
    return { answer, reached: runtime.asked.length - before };
  };

  it.each(CELLS.filter(([, , allowed]) => allowed))("R69 %s as %s is taken", async (name, role) => {
    const { answer } = await ask(name, role);
    expect([401, 403, 500], answer.text).not.toContain(answer.status);
  });

  it.each(CELLS.filter(([, , allowed]) => !allowed))(
    "R69 %s as %s is refused, and goes no further",
    async (name, role) => {
      const { answer, reached } = await ask(name, role);
      expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } });
      expect(reached).toBe(0);
    },
  );
});
