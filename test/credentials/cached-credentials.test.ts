// Owns credentials that are kept in memory: renewed in time, asked for once, forgotten on refusal.
import { describe, expect, it, vi } from "vitest";
import type { CredentialAnswer, CredentialRequest } from "../../contract/credential.ts";
import { createCachedCredentials } from "../../index.ts";
import type { CachedCredentialsOptions } from "../../index.ts";

const request: CredentialRequest = { name: "key", tool: "pay", agent: "clerk" };
const { signal } = new AbortController();

/** A vault whose n-th answer is the n-th of these, and the time is `at.now`. */
function vaultOf(
  answers: readonly (CredentialAnswer | Error | Promise<CredentialAnswer>)[],
  options: Partial<CachedCredentialsOptions> = {},
) {
  const at = { now: 0 };
  const asked: CredentialRequest[] = [];
  const invalidate = vi.fn<(request: CredentialRequest) => void>();
  const cached = createCachedCredentials({
    source: {
      resolve: async (each) => {
        asked.push(each);
        const answer = answers[asked.length - 1] ?? new Error("asked too often");
        if (answer instanceof Error) throw answer;
        return answer;
      },
      invalidate,
    },
    now: () => at.now,
    ...options,
  });
  return { at, asked, invalidate, cached, get: () => cached.resolve(request, signal) };
}

const found = (value: string, expiresAt?: number): CredentialAnswer => ({
  outcome: "ok",
  value,
  source: "the vault",
  ...(expiresAt === undefined ? {} : { expiresAt }),
});

describe("R44 F26 credentials of a vault", () => {
  it("are renewed a minute before their end, and not sooner", async () => {
    const { at, asked, get } = vaultOf([found("first", 600_000), found("second", 900_000)]);
    expect(await get()).toMatchObject({ value: "first" });
    at.now = 539_999;
    expect(await get()).toMatchObject({ value: "first" });
    expect(asked).toHaveLength(1);
    at.now = 540_000;
    expect(await get()).toMatchObject({ value: "second" });
  });

  it("without an end are kept for five minutes", async () => {
    const { at, get } = vaultOf([found("first"), found("second")]);
    await get();
    at.now = 299_999;
    expect(await get()).toMatchObject({ value: "first" });
    at.now = 300_000;
    expect(await get()).toMatchObject({ value: "second" });
  });

  it("are asked for once, however many wait, and one that gives up takes nobody along", async () => {
    const answer = Promise.withResolvers<CredentialAnswer>();
    const { asked, cached, get } = vaultOf([answer.promise]);
    const impatient = new AbortController();
    const waiting = [get(), get(), get()];
    const gone = cached.resolve(request, impatient.signal);
    impatient.abort(new Error("the attempt is over"));
    await expect(gone).rejects.toThrow("the attempt is over");
    answer.resolve(found("for all"));
    expect(await Promise.all(waiting)).toMatchObject([1, 2, 3].map(() => ({ value: "for all" })));
    expect(asked).toHaveLength(1);
  });

  it("are kept apart by tenant, tool and agent", async () => {
    const { asked, cached } = vaultOf(["a", "b", "c", "d"].map((value) => found(value)));
    for (const more of [{}, { tenant: "acme" }, { tool: "mail" }, { agent: "other" }]) {
      await cached.resolve({ ...request, ...more }, signal);
    }
    expect(asked).toHaveLength(4);
  });

  it("that were refused are asked for anew, also from the source behind", async () => {
    const { asked, cached, invalidate, get } = vaultOf([found("old"), found("new")]);
    await get();
    cached.invalidate?.(request);
    expect(invalidate).toHaveBeenCalledWith(request);
    expect(await get()).toMatchObject({ value: "new" });
    expect(asked).toHaveLength(2);
  });

  it("that were refused while they were on their way are not kept", async () => {
    const late = Promise.withResolvers<CredentialAnswer>();
    const { cached, get } = vaultOf([late.promise, found("new")]);
    const first = get();
    cached.invalidate?.(request);
    expect(await get()).toMatchObject({ value: "new" });
    late.resolve(found("old"));
    expect(await first).toMatchObject({ value: "old" });
    expect(await get()).toMatchObject({ value: "new" });
  });

  it("outlive an outage of the vault until their end, and not a refusal", async () => {
    const down = new Error("the vault is down");
    const revoked: CredentialAnswer = { outcome: "refused", fix: "ask the security team" };
    const { at, get } = vaultOf([found("good", 100_000), down, down, found("b", 1e6), revoked]);
    await get();
    at.now = 50_000;
    expect(await get()).toMatchObject({ value: "good" });
    at.now = 100_000;
    await expect(get()).rejects.toThrow("the vault is down");
    await get();
    at.now = 950_000;
    expect(await get()).toEqual(revoked);
  });

  it("of a vault that hangs are given up after the bound", async () => {
    const { get } = vaultOf([new Promise(() => undefined)], { timeoutMs: 1 });
    await expect(get()).rejects.toThrow(/timeout/i);
  });

  it.each(["renewBeforeMs", "maxAgeMs", "timeoutMs"])("%s must be a good number", (name) => {
    for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => vaultOf([], { [name]: value })).toThrow(new RegExp(`^${name} of cached`));
    }
  });
});
