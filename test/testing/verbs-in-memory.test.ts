// Owns that a task in memory refuses what a server would refuse of people's verbs: a missing reason, a
// status that does not take them, a message that is not quarantined.
import { expect, it } from "vitest";
import { defineAgent } from "../../index.ts";
import type { TaskClient } from "../../testing/task-client.ts";
import { runInMemory, scriptedModel } from "../../testing/index.ts";

const SAID = { reason: "because", by: "olga" };

function started() {
  const model = { provider: "scripted", model: "m" };
  const agent = defineAgent({ name: "clerk", instructions: "You are a clerk.", model });
  return runInMemory({ agent, providers: { scripted: scriptedModel(["Hello."]) } });
}

const VERBS: Readonly<Record<string, (task: TaskClient, said: typeof SAID) => Promise<unknown>>> = {
  cancel: (task, said) => task.cancel(said),
  retry: (task, said) => task.retry(said),
  "retry of a message": (task, said) => task.retry({ messageId: "m-1", ...said }),
  drop: (task, said) => task.drop({ messageId: "m-1", ...said }),
  rollback: (task, said) => task.rollback(said),
};

it.each(Object.entries(VERBS))("R73 R21 %s takes a reason", async (_, act) => {
  const task = started();
  await task.ask("Hi.");
  const mute = { by: "olga" } as typeof SAID;
  await expect(act(task, mute)).rejects.toMatchObject({ code: "invalid_input" });
  expect((await task.status()).status).toBe("idle");
});

it.each(Object.entries(VERBS))("R72 R21 %s is refused once the task has ended", async (_, act) => {
  const task = started();
  await task.ask("Hi.");
  await task.control({ verb: "complete", ...SAID });
  await expect(act(task, SAID)).rejects.toMatchObject({ code: "verb_not_allowed" });
});

it("F23 R21 a message that is not quarantined is neither retried nor dropped", async () => {
  const task = started();
  await task.ask("Hi.", { messageId: "m-1" });
  for (const act of [task.retry, task.drop])
    await expect(act({ messageId: "m-1", ...SAID })).rejects.toMatchObject({
      code: "message_not_quarantined",
    });
});
