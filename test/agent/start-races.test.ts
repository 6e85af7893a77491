// Owns starts of different tasks under one id that meet where there is no task yet: none of them can have
// looked, so it is the one who writes that decides (F28).
import { afterAll, beforeAll, expect, it } from "vitest";
import { openScene, type Scene } from "./support/scene.ts";
import { says, scriptedModel } from "./support/scripted-model.ts";
import { dataOf } from "./support/task.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

it("F28 one input makes the task, and each start with another one is refused", async () => {
  const model = scriptedModel(() => says("done"));
  const task = (await scene.open({ name: "desk", model })).task("t");
  const inputs = ["one", "two", "three", "four"];
  const all = Array.from({ length: 20 }, (_, n) => inputs[n % inputs.length] ?? "");
  const answers = await Promise.all(
    all.map(async (message) => ({ message, ...(await task.post("start", { message })) })),
  );
  const taken = answers.filter(({ status }) => status === 200);
  const [first] = taken;
  expect(taken.map(({ message }) => message)).toEqual(Array(5).fill(first?.message));
  for (const { status, body } of answers.filter((each) => !taken.includes(each)))
    expect({ status, body }).toMatchObject({
      status: 412,
      body: { metadata: { code: "task_conflict" } },
    });
  await task.until("idle");
  expect(dataOf(await task.log(), "message.received")).toHaveLength(1);
});
