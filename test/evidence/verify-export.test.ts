// Owns what the check of an export finds, far from any server: who signed it, each kind of change by its
// position, and nothing wrong with an honest one.
import { describe, expect, it } from "vitest";
import type { TaskEvent } from "../../contract/event.ts";
import { evidenceOf } from "../../core/action-evidence.ts";
import { canonicalJson, sha256 } from "../../core/digest.ts";
import { readExport } from "../../evidence/read-export.ts";
import { evidencePublicKeys } from "../../evidence/sign-head.ts";
import { verifyExport } from "../../evidence/verify-export.ts";
import {
  FILE,
  fileOf,
  LINES,
  linesOf,
  LOG,
  refitted,
  SALT,
  verify,
} from "./support/export-file.ts";
import {
  bodies,
  exported,
  LARGE,
  newKey,
  sealed,
  sourceOf,
  streamOf,
  TASK,
} from "./support/sealed-task.ts";

describe("R101 an export", () => {
  it("R19 is in order as it was written, and says what it is of", async () => {
    expect(await verify(FILE)).toEqual({
      ok: true,
      ...TASK,
      events: LOG.length,
      artifacts: 2,
      versions: {
        agents: ["clerk@1"],
        manifests: [expect.stringMatching(/^[0-9a-f]{64}$/)],
        policies: ["a".repeat(64)],
        releases: ["r-7"],
        tools: ["look@1"],
      },
      signature: "valid",
      keyId: "2026-11",
      sha256: sha256(FILE),
    });
  });

  it("R19 is the same bytes again, however its log is paged", async () => {
    const again = await exported(sourceOf(LOG, { pageSize: 100 }));
    expect(again.equals(FILE)).toBe(true);
  });

  it("R19 is read back as the log that it was made of", async () => {
    const read: TaskEvent[] = [];
    for await (const event of readExport(streamOf(FILE))) read.push(event);
    expect(read).toEqual(LOG);
    expect(evidenceOf(read)).toEqual(evidenceOf(LOG));
    const cut = fileOf(LINES.toSpliced(3, 1));
    const readCut = async () => {
      for await (const _ of readExport(streamOf(cut)));
    };
    await expect(readCut()).rejects.toThrow("expected entry 2");
  });

  it("of a log from before salts is in order as well", async () => {
    expect(await verify(await exported(sourceOf(sealed(bodies()))))).toMatchObject({ ok: true });
  });

  it("without artifacts says so, and has the log whole", async () => {
    const check = await verify(await exported(sourceOf(LOG, { leftOut: true })));
    expect(check).toMatchObject({ ok: true, leftOut: true, artifacts: 0, events: LOG.length });
  });

  it("that nobody signed is in order only where no signature is asked for", async () => {
    const unsigned = await exported(sourceOf(LOG, { unsigned: true }));
    expect(await verifyExport(streamOf(unsigned))).toMatchObject({ ok: true, signature: "absent" });
    expect((await verify(unsigned)).problem?.problem).toBe("the log's end is not signed");
  });

  it("that another key signed is not in order, and one checked without keys is said to be unchecked", async () => {
    const others = await evidencePublicKeys([newKey("2026-11")]);
    expect((await verify(FILE, others)).problem?.problem).toContain("does not fit");
    const unknown = await evidencePublicKeys([newKey("other")]);
    expect((await verify(FILE, unknown)).problem?.problem).toContain('"2026-11" is not among');
    expect(await verifyExport(streamOf(FILE))).toMatchObject({ ok: true, signature: "unchecked" });
  });

  it.each(LOG.slice(0, -1).map(({ seq }) => seq))(
    "names entry %i when it is edited, dropped, doubled or moved",
    async (seq) => {
      const line = 1 + seq;
      const text = LINES[line] ?? "";
      const edited = text.replace(/"at":(\d+)/, (_, at: string) => `"at":${Number(at) + 1}`);
      const tried = {
        edited: LINES.with(line, edited),
        dropped: LINES.toSpliced(line, 1),
        doubled: LINES.toSpliced(line, 0, text),
        moved: LINES.toSpliced(line, 1).toSpliced(line + 1, 0, text),
      };
      const first = { edited: seq, dropped: seq, doubled: seq + 1, moved: seq };
      for (const [what, lines] of Object.entries(tried)) {
        const { ok, problem } = await verify(fileOf(lines));
        expect({ what, ok, seq: problem?.seq, line: problem?.line }).toEqual({
          what,
          ok: false,
          seq: first[what as keyof typeof first],
          line: 2 + first[what as keyof typeof first],
        });
      }
    },
  );

  it("whose last entries were taken out by somebody who made all the rest fit is found by its signature", async () => {
    const cut = LINES.toSpliced(LOG.length, 1);
    const { problem } = await verify(refitted(cut));
    expect(problem?.problem).toMatch(/was signed as its end/);
    const alsoUnsigned = refitted(cut.filter((line) => !line.startsWith('{"head"')));
    expect((await verify(alsoUnsigned)).ok).toBe(false);
  });

  it("whose log was written anew, hashes and all, is found by its signature", async () => {
    const lie = bodies().map((body) =>
      body.type === "message.received"
        ? { ...body, actor: { kind: "user" as const, id: "eve" } }
        : body,
    );
    const forged = sealed(lie, SALT).map((event) => canonicalJson({ event }));
    const last = sealed(lie, SALT).at(-1);
    const lines = LINES.map((line, index) => forged[index - 1] ?? line).map((line) =>
      line.startsWith('{"head"')
        ? line.replace(/"hash":"[^"]*"/, `"hash":"${last?.hash ?? ""}"`)
        : line,
    );
    expect((await verify(refitted(lines))).problem?.problem).toContain("does not fit");
  });

  it("of another task is not passed off as this one's", async () => {
    const lines = LINES.with(0, (LINES[0] ?? "").replace("task-1", "task-2"));
    expect((await verify(refitted(lines))).problem?.problem).toContain("does not fit");
  });

  it("that lost an artifact names it and the entry that refers to it", async () => {
    const at = LINES.findIndex((line) => line.startsWith('{"artifact"'));
    const { problem } = await verify(refitted(LINES.toSpliced(at, 1)));
    expect(problem?.problem).toMatch(/^artifact [0-9a-f]{64} is not what comes next$/);
    const none = refitted(LINES.filter((line) => !line.startsWith('{"artifact"')));
    expect((await verify(none)).problem?.problem).toMatch(/to which entry \d+ refers, is missing$/);
  });

  it("whose artifact was changed by somebody who made all the rest fit names it", async () => {
    const at = LINES.findIndex((line) => line.startsWith('{"artifact"'));
    const other = Buffer.from("another picture").toString("base64");
    const lines = LINES.with(
      at,
      (LINES[at] ?? "").replace(/"base64":"[^"]*"/, `"base64":"${other}"`),
    );
    const { problem } = await verify(refitted(lines));
    expect(problem).toEqual({
      line: at + 1,
      problem: expect.stringMatching(/^artifact \w+ was changed$/) as string,
    });
  });

  it.each(["content", "kind", "erased", "reason", "salt", "x"])(
    "shows a field %s that was added to an entry",
    async (name) => {
      const event = { ...LOG[2], [name]: "a".repeat(64) };
      const { problem } = await verify(refitted(LINES.with(3, canonicalJson({ event }))));
      expect(problem).toMatchObject({ seq: 2, problem: "entry 2 was changed" });
    },
  );

  it("has a large artifact in parts, cut in one way only", async () => {
    const lines = linesOf(await exported(sourceOf(sealed(bodies(LARGE), SALT))));
    expect(await verify(fileOf(lines))).toMatchObject({ ok: true, artifacts: 2 });
    const parts = lines.filter((line) => line.includes(sha256(LARGE)) && line.includes("base64"));
    expect(parts).toHaveLength(3);
    const at = lines.indexOf(parts[0] ?? "");
    const whole = {
      artifact: {
        base64: Buffer.from(LARGE).toString("base64"),
        of: 1,
        part: 0,
        sha256: sha256(LARGE),
      },
    };
    for (const wrong of [
      lines.toSpliced(at, 3, canonicalJson(whole)),
      lines.toSpliced(at + 1, 1),
      lines.with(at, lines[at + 1] ?? "").with(at + 1, parts[0] ?? ""),
    ])
      expect((await verify(refitted(wrong))).problem?.problem).toMatch(/^artifact \w+ /);
  });

  it("has one spelling, also for somebody who made all the rest fit", async () => {
    const spaced = LINES.with(1, (LINES[1] ?? "").replace(":", ": "));
    const reordered = LINES.with(
      0,
      JSON.stringify({ ...JSON.parse(LINES[0] ?? ""), z: undefined })
        .replace('"agent":"clerk",', "")
        .replace('"v":1', '"v":1,"agent":"clerk"'),
    );
    for (const [line, lines] of [
      [2, spaced],
      [1, reordered],
    ] as const) {
      const { problem } = await verify(refitted(lines));
      expect(problem).toEqual({ line, problem: "the line is not as an export writes it" });
    }
  });

  it("that nobody signed shows an edit by its sum alone, which stops no forger", async () => {
    const unsigned = linesOf(await exported(sourceOf(LOG, { unsigned: true })));
    const edited = unsigned.with(0, (unsigned[0] ?? "").replace("task-1", "task-2"));
    const found = await verifyExport(streamOf(fileOf(edited)));
    expect(found.problem?.problem).toBe("a line before was changed");
    expect(await verifyExport(streamOf(refitted(edited)))).toMatchObject({ ok: true });
  });

  it.each([
    ["nothing", "", "the file is empty"],
    ["another file", "hello\n", "the line is not JSON"],
    ["JSON of another kind", '{"a":1}\n', "the line is none of an export"],
    [
      "what nests deeper than anybody reads",
      `{"event":${"[".repeat(1e5)}${"]".repeat(1e5)}}\n`,
      "the line is none of an export",
    ],
    [
      "JSON that only looks like a header",
      '{"header":{"format":"holdfast-export"}}\n',
      "the line is none of an export",
    ],
    ["a line without its end", "{}", "the file ends in the middle of this line"],
    ["a log without its header", `${LINES[1] ?? ""}\n`, "the file does not begin with its header"],
  ])("is not %s", async (_, text, problem) => {
    expect((await verify(Buffer.from(text))).problem).toEqual({ line: 1, problem });
  });
});
