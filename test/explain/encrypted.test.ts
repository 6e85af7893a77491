// Owns that a task whose state is encrypted is found stuck and explained as any other (R44, R67, R100),
// and that what nobody answers for is explained from what stays readable.
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Explanation } from "../../contract/explanation.ts";
import { explain } from "../../core/explain/explain.ts";
import { createEncryption, createFsArtifactStore } from "../../index.ts";
import { createEnginePort } from "../../services/control/ask-engine.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { scriptedModel } from "../agent/support/scripted-model.ts";
import { PATIENCE } from "../agent/support/task.ts";
import { testKey } from "../encryption/support/keys.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

it("R44 R67 R100 an encrypted task is watched and explained", async () => {
  const encryption = createEncryption({ keys: [testKey("k1")], current: "k1" });
  const directory = join(scene.engine.directory, "sealed");
  const desk = await scene.open({
    name: "sealed",
    model: scriptedModel(() => ({ kind: "wait", code: "overloaded", retryAfterMs: 3_600_000 })),
    limits: { maxProviderWaitMs: 100 },
    app: {
      encryption,
      artifacts: createFsArtifactStore({ directory, encryption }),
      watch: { retryingMs: 1, everyMs: 1 },
    },
    only: { control: true },
  });
  const task = desk.task("t");
  await task.start("go", "ann");
  await task.until("waiting-provider");
  const [stored] = await scene.engine.admin.query(
    "SELECT value_utf8 FROM state WHERE service_name = 'sealed' AND key = 'head'",
  );
  expect(String(stored?.["value_utf8"])).toMatch(/^\{"sealed":/);
  await vi.waitFor(async () => {
    await desk.worker.supervise();
    expect((await task.status()).stuck).toMatchObject({ kind: "retrying" });
  }, PATIENCE);
  const answer = await scene.engine.call("holdfast.control/explain", {
    agent: "sealed",
    taskId: "t",
  });
  const { blockers, stuck, engine } = answer.body as Explanation;
  expect(blockers).toMatchObject([{ kind: "provider" }]);
  expect(stuck).toMatchObject({ kind: "retrying" });
  expect(engine).toMatchObject({ answers: true });

  const head = await createEnginePort(scene.engine.admin).storedHead({
    agent: "sealed",
    taskId: "t",
  });
  expect(head?.reason).toBeUndefined();
  expect(head && explain(head, { eventAt: () => undefined })).toMatchObject({
    status: "waiting-provider",
    owner: "ann",
    blockers: [{ kind: "provider", since: blockers[0].since, until: blockers[0].until }],
  });
});
