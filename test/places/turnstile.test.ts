// Owns the turnstile: how many ask at once, how long they wait, and who is sent away when answers do
// not come. And what being sent away is to a model call and to its estimate.
import { describe, expect, it, vi } from "vitest";
import { engineBusy, isEngineBusy } from "../../contract/engine-busy.ts";
import { callModelOrPark, estimateOrPark } from "../../services/model/when-busy.ts";
import { createTurnstile } from "../../services/task-log/turnstile.ts";
import { PATIENCE } from "../agent/support/task.ts";

const never = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("given up")), { once: true });
  });
const BUSY = { name: "EngineBusyError" };
const LONG_MS = 60_000;

describe("the turnstile", () => {
  it("lets so many ask at once, and the next when one is answered", async () => {
    const turnstile = createTurnstile({ atOnce: 2, turnMs: LONG_MS, answerMs: LONG_MS });
    const answers: (() => void)[] = [];
    const question = () => new Promise<string>((resolve) => answers.push(() => resolve("yes")));
    const asked = [1, 2, 3].map(() => turnstile.ask(question));
    await vi.waitFor(() => expect(answers).toHaveLength(2), PATIENCE);
    answers[0]?.();
    expect(await asked[0]).toBe("yes");
    await vi.waitFor(() => expect(answers).toHaveLength(3), PATIENCE);
    for (const answer of answers) answer();
    expect(await Promise.all(asked)).toEqual(["yes", "yes", "yes"]);
  });

  it("sends away who waits too long for a turn, and never asks for them", async () => {
    const turnstile = createTurnstile({ atOnce: 1, turnMs: 20, answerMs: LONG_MS });
    const ended = new AbortController();
    const first = turnstile.ask(never, ended.signal);
    const second = vi.fn<() => Promise<string>>(async () => "late");
    await expect(turnstile.ask(second)).rejects.toMatchObject(BUSY);
    ended.abort();
    await expect(first).rejects.toThrow("aborted");
    expect(second).not.toHaveBeenCalled();
  });

  it("is closed for a while after an answer that did not come, also for who waits", async () => {
    const turnstile = createTurnstile({ atOnce: 1, turnMs: LONG_MS, answerMs: 20, closedMs: 100 });
    const question = vi.fn<() => Promise<string>>(async () => "yes");
    const asked = [turnstile.ask(never), turnstile.ask(question)];
    for (const each of asked) await expect(each).rejects.toMatchObject(BUSY);
    await expect(turnstile.ask(question)).rejects.toMatchObject(BUSY);
    expect(question).not.toHaveBeenCalled();
    await vi.waitFor(async () => expect(await turnstile.ask(question)).toBe("yes"), PATIENCE);
  });

  it("passes on what a question fails with, and whose attempt has ended", async () => {
    const turnstile = createTurnstile();
    const broken = turnstile.ask(() => Promise.reject(new Error("broken")));
    await expect(broken).rejects.toThrow("broken");
    const over = new AbortController();
    const asked = turnstile.ask(never, over.signal);
    over.abort(new Error("over"));
    await expect(asked).rejects.toThrow("over");
    expect(await turnstile.ask(async () => "yes")).toBe("yes");
  });

  it("bounds the wait for an answer that is on its way to many", async () => {
    const turnstile = createTurnstile({ turnMs: 20 });
    await expect(turnstile.within(new Promise(() => undefined))).rejects.toMatchObject(BUSY);
    expect(await turnstile.within(Promise.resolve("yes"))).toBe("yes");
  });
});

describe("who is sent away", () => {
  const clock = { now: () => 1_000, random: () => 0.5 };
  const call = {} as Parameters<ReturnType<typeof callModelOrPark>>[0];
  const models = [{ provider: "p", model: "m" }] as const;
  const { signal } = new AbortController();

  it("is a task that tries again later, and whose provider was not asked", async () => {
    const outcome = await callModelOrPark(
      () => Promise.reject(engineBusy()),
      { models },
      clock,
    )(call, signal);
    expect(outcome).toEqual({
      ...models[0],
      kind: "wait",
      code: "engine_busy",
      retryAfterMs: 6_000,
      startedAt: 1_000,
      durationMs: 0,
      fallbacks: [],
    });
    const estimate = await estimateOrPark(() => Promise.reject(engineBusy()), clock)(call);
    expect(estimate).toEqual({ ok: false, code: "engine_busy", retryAt: 7_000 });
  });

  it("is nobody whose log could not be read for another reason", async () => {
    const broken = new Error("broken");
    expect(isEngineBusy(broken)).toBe(false);
    await expect(
      callModelOrPark(() => Promise.reject(broken), { models })(call, signal),
    ).rejects.toBe(broken);
    await expect(estimateOrPark(() => Promise.reject(broken))(call)).rejects.toBe(broken);
  });
});
