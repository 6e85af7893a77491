// Owns that a key has one tenant: the function that all walls stand on, and what a tenant may be called.
import fc from "fast-check";
import { expect, it } from "vitest";
import { idProblem } from "../../contract/ids.ts";
import {
  idWithin,
  keyBeside,
  MAX_SCOPED_ID_BYTES,
  scopedKey,
  tenantIdSchema,
} from "../../contract/tenant.ts";
import { runInMemory } from "../../testing/index.ts";
import { defineAgent } from "../../index.ts";
import { says, scriptedModel } from "../agent/support/scripted-model.ts";

const tenant = fc
  .stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$/)
  .filter((name) => name !== "default");
const id = fc.string({ unit: "binary", minLength: 1, maxLength: 40 });
// What somebody would try: parts of keys, steps of paths.
const tried = fc
  .array(fc.constantFrom("/", "..", ".", "acme", "%2f", "\\", "?", "#", "\u202e", "а"), {
    maxLength: 6,
  })
  .map((parts) => parts.join(""));
const anyId = fc.oneof(id, tried);

it("R47 two tenants never share a key, and a tenant's two ids neither", () => {
  const pair = fc.record({ tenant, id: anyId });
  fc.assert(
    fc.property(pair, pair, (a, b) => {
      const same = a.tenant === b.tenant && a.id === b.id;
      expect(scopedKey(a.tenant, a.id) === scopedKey(b.tenant, b.id)).toBe(same);
      expect(idWithin(a.tenant, scopedKey(a.tenant, a.id))).toBe(a.id);
      const seen = idWithin(b.tenant, scopedKey(a.tenant, a.id));
      expect(seen).toBe(a.tenant === b.tenant ? a.id : undefined);
    }),
    { numRuns: 2_000 },
  );
});

it("R47 a child's key is in its parent's tenant, wherever that has a key of its own", () => {
  fc.assert(
    fc.property(tenant, anyId, (name, taskId) => {
      const key = keyBeside({ tenant: name, taskId: scopedKey(name, taskId) }, "child-1");
      expect(idWithin(name, key)).toBe("child-1");
    }),
  );
  // Started at the ingress, under a key of no tenant's.
  expect(keyBeside({ tenant: "acme", taskId: "t" }, "child-1")).toBe("child-1");
  expect(keyBeside({ taskId: "acme/t" }, "child-1")).toBe("child-1");
});

it("R47 the longest id of the longest tenant is still a task id", () => {
  const key = scopedKey("a".repeat(64), "b".repeat(MAX_SCOPED_ID_BYTES));
  expect(idProblem(key)).toBeUndefined();
  expect(idProblem(`${key}b`)).toBeDefined();
});

it.each([
  "",
  ".",
  "..",
  "a/b",
  "-a",
  ".a",
  "аcme",
  "acme\u200b",
  "acme ",
  "a".repeat(65),
  "default",
  "ａcme",
])("R47 %j is no tenant", (name) => {
  expect(tenantIdSchema.safeParse(name).success).toBe(false);
});

it("R47 a task that `ask` makes has the tenant that it names, in memory too", async () => {
  const agent = defineAgent({
    name: "desk",
    instructions: "You are a clerk.",
    model: { provider: "scripted", model: "m-1" },
  });
  const providers = { scripted: scriptedModel(() => says("yes")) };
  const task = runInMemory({ agent, providers, taskId: "acme/t" });
  await task.ask("hello", { tenant: "acme", from: "ada" });
  expect(await task.status()).toMatchObject({ tenant: "acme", owner: "ada" });
});
