// Owns what is left of an erased log in an export (R102): hashes that still hold, and nothing that was said.
import { describe, expect, it } from "vitest";
import { canonicalJson, digestOf } from "../../core/digest.ts";
import { eraseContent, GENESIS, sealEvent } from "../../core/log.ts";
import { linesOf, LOG, refitted, verify } from "./support/export-file.ts";
import { bodies, exported, sealed, sourceOf } from "./support/sealed-task.ts";

describe("R102 an export of an erased task", () => {
  const erasure = {
    type: "task.erased",
    actor: { kind: "operator", id: "dpo" },
    reason: "asked for by the person",
    data: { artifacts: "remove" },
  } as const;
  const end = LOG.at(-1);
  const last = sealEvent(
    { nextSeq: LOG.length, hash: end?.hash ?? GENESIS, updatedAt: 0, salt: "another" },
    erasure,
    9_000,
  );
  const erased = [...LOG.map(eraseContent), last];

  it("verifies, has none of the content, and says who erased it and why", async () => {
    const file = await exported(sourceOf(erased));
    const check = await verify(file);
    expect(check).toMatchObject({
      ok: true,
      erased: LOG.length - 1,
      artifacts: 0,
      signature: "valid",
    });
    const text = file.toString();
    for (const word of ["ann", "Both are there", "look", "m-1", "Start"])
      expect(text).not.toContain(`"${word}`);
    expect(text).toContain("asked for by the person");
  });

  it("has the hashes of the one from before, entry by entry", () => {
    expect(erased.slice(0, -1).map(({ hash }) => hash)).toEqual(LOG.map(({ hash }) => hash));
  });

  it("keeps what names the versions, and an entry of which the hash is of the content itself", () => {
    const kept = erased.filter(({ erased: digest }) => digest === undefined);
    expect(kept.map(({ type }) => type)).toEqual(["segment.started", "task.erased"]);
    const unsalted = sealed(bodies());
    expect(unsalted.map(eraseContent)).toEqual(unsalted);
    expect(erased.map(eraseContent)).toEqual(erased);
  });

  it("shows an entry that somebody else has emptied, though every hash holds", async () => {
    const lines = linesOf(
      await exported(sourceOf([...LOG.slice(0, 3).map(eraseContent), ...LOG.slice(3)])),
    );
    expect((await verify(refitted(lines))).problem).toMatchObject({
      seq: 0,
      problem: "entry 0 is erased, and no entry says why",
    });
  });

  it("shows content that was put back in the place of what was erased", async () => {
    const file = linesOf(await exported(sourceOf(erased)));
    const forged = { ...eraseContent(LOG[0] as never), data: { agent: "clerk" } };
    const lines = file.with(1, canonicalJson({ event: forged }));
    expect((await verify(refitted(lines))).problem).toMatchObject({
      seq: 0,
      problem: "entry 0 was changed",
    });
  });

  it("does not tell whether a guess is what was erased: no digest in it is of the content alone", async () => {
    const entry = erased.find(({ type }) => type === "message.received");
    const original = LOG[entry?.seq ?? 0];
    const { actor, data } = original ?? {};
    expect(entry?.erased).not.toBe(digestOf({ actor, data }));
    expect(JSON.stringify(entry)).not.toContain(original?.salt ?? "?");
  });
});
