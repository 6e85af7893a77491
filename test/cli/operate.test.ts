// Owns the command line against a real server and gateway: each verb does what the API does, by the same
// words. What it refuses is refusals.test.ts's, and
// how it prints output.test.ts's.
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { PATIENCE } from "../agent/support/task.ts";
import { refused } from "./support/refused.ts";
import { runCli } from "./support/run-cli.ts";
import { type CliStand, openCliStand, type Who } from "./support/cli-stand.ts";

// Many processes, on a machine that may have others.
describe("the command line", { timeout: 240_000 }, () => {
  let stand: CliStand;
  beforeAll(async () => {
    stand = await openCliStand();
  });
  afterAll(() => stand.stop());

  const run: CliStand["run"] = (...args) => stand.run(...args);
  const json: CliStand["json"] = (...args) => stand.json(...args);
  const ann = (task: string) => stand.statusOf("ann", task);
  const reach = (task: string, status: string) =>
    vi.waitFor(async () => expect(await ann(task)).toBe(status), PATIENCE);

  it("R72 R73 R100 a task is started, watched, shown, explained, read and ended, without a gateway", async () => {
    const started = await run("local", ["start", "desk/l-1", "an event, please", "--as", "lea"]);
    expect(started).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^desk\/l-1: is started/),
    });
    const until = "--until waiting-event --timeout 120";
    const watched = await run("local", `tasks watch l-1 ${until}`);
    expect(watched).toMatchObject({ code: 0, stderr: "" });
    expect(watched.stdout.trim().split("\n").at(-1)).toContain("desk/l-1  waiting-event");

    const [list, shown, explained, log, again] = await Promise.all([
      run("local", "tasks list --owner lea"),
      run("local", "tasks show l-"),
      run("local", "explain desk/l-1"),
      run("local", "log l-1"),
      run("local", ["start", "desk/l-1", "an event, please", "--as", "lea", "--json"]),
    ]);
    expect(list.stdout).toMatch(/^TASK .*\ndesk\/l-1 +waiting-event .*lea/);
    expect(shown.stdout).toContain("waits for  wait_for_event");
    expect(explained.stdout).toMatch(/^waiting-event; since .*\n\nevent: /);
    expect(log.stdout).toMatch(/^ {4}0 {2}.* task\.started +user lea /);
    expect(JSON.parse(again.stdout)).toMatchObject({ taskId: "l-1", created: false });
    const [asked, silent] = await Promise.all([
      run("local", "ask desk/l-2 hello --as lea"),
      run("local", "ask desk/l-1 hello --as lea --timeout 1"),
    ]);
    expect(asked).toEqual({ code: 0, stdout: "done\n", stderr: "" });
    expect(silent.stdout).toContain("has not answered yet and is waiting-event");

    const ended = await run("local", ["kill", "l-1", "--reason", "enough", "--as", "lea"]);
    expect(ended).toMatchObject({
      code: 0,
      stdout: "desk/l-1: kill, the task is killed\n",
    });
    refused(await run("local", ["pause", "l-1", "--reason", "x"]), 4, /the task is killed/);
    const last = (await run("local", "log l-1 --json")).stdout.trim().split("\n").at(-1) ?? "";
    expect(JSON.parse(last)).toMatchObject({
      actor: { kind: "operator", id: "lea" },
      reason: "enough",
    });
  });

  it("R69 an approval is decided on by its digest, by another than its owner, once", async () => {
    await stand.begin("ann", "desk/a-1", "a refund, please", "waiting-approval");
    const { approvals } = (await json("bob", "approvals list")) as {
      approvals: { approvalId: string; taskId: string }[];
    };
    const { approvalId = "" } = approvals.find(({ taskId }) => taskId === "a-1") ?? {};
    const short = approvalId.slice(0, 8);
    const { digest } = await json("bob", `approvals show ${short}`);
    const decide = (who: Who, what: string, ...more: string[]) =>
      run(who, ["approvals", what, short, ...more]);
    const named = ["--digest", String(digest)];

    const [unnamed, own, viewed, other, unread] = await Promise.all([
      decide("bob", "approve"),
      decide("ann", "approve", ...named),
      decide("viewer", "approve", ...named),
      decide("bob", "approve", "--digest", "0".repeat(64)),
      decide("bob", "edit", ...named, "--arguments", "{not json"),
    ]);
    refused(unnamed, 2, /give --digest/);
    refused(own, 5, /may not decide it/);
    refused(viewed, 5, /takes the role approver/);
    refused(other, 4, /digest/);
    refused(unread, 2, /It takes JSON/);
    const approved = await run("bob", ["approvals", "approve", approvalId, ...named, "--json"]);
    expect(approved).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(approved.stdout)).toMatchObject({
      state: "approved",
      receipt: { by: "acme-bob" },
    });
    refused(await run("bob", ["approvals", "reject", approvalId, ...named]), 4, /acme-bob/);
    await reach("desk/a-1", "idle");
  });

  it("R96 R97 many approvals are claimed, previewed and decided at once, on exactly what was shown", async () => {
    await Promise.all(
      ["m-1", "m-2"].map((id) =>
        stand.begin("ann", `desk/${id}`, "a refund, please", "waiting-approval"),
      ),
    );
    const { approvals } = (await json("bob", "approvals list --risk high --asked-before 0s")) as {
      approvals: { approvalId: string; taskId: string }[];
    };
    const ids = approvals
      .filter(({ taskId }) => taskId.startsWith("m-"))
      .map((each) => each.approvalId);
    expect(ids).toHaveLength(2);
    const [claimed, none] = await Promise.all([
      run("bob", ["approvals", "claim", String(ids[0]), "--for", "2h"]),
      run("bob", ["approvals", "release", String(ids[1])]),
    ]);
    expect(claimed.stdout).toMatch(/^claimed: acme-bob until 20/);
    expect(none.stdout).toBe("unclaimed\n");
    const batch = ["approvals", "batch", "reject", ...ids];
    // Nobody is here to be shown it.
    refused(await run("bob", batch), 2, /--seen/);
    refused(await run("bob", [...batch, "--all", "--dry-run"]), 2, /not both|either/);
    const shown = await run("bob", [...batch, "--dry-run", "--json"]);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      dryRun: true,
      items: ids.map((approvalId) => ({ approvalId, foreseen: { state: "rejected" } })),
    });
    const text = await run("bob", [...batch, "--dry-run"]);
    expect(text.stdout).toContain("reject: settled, the approval would be rejected");
    const file = join(stand.engine.directory, "seen.json");
    await writeFile(file, shown.stdout);
    refused(await run("bob", ["approvals", "batch", "approve", "--seen", file]), 2, /for reject/);
    const { digest } = await json("bob", `approvals show ${ids[0]}`);
    await run("bob", ["approvals", "approve", String(ids[0]), "--digest", String(digest)]);
    const decided = await run("bob", ["approvals", "batch", "reject", "--seen", file]);
    expect(decided.code).toBe(4);
    expect(decided.stdout).toMatch(
      /^not \w{12}: this call was approved by acme-bob at .*\n\w{12}: settled, rejected\n1 of 2\n$/,
    );
  });

  it("R72 many tasks are seen before they are touched, and exactly those are", async () => {
    const ids = ["desk/b-1", "desk/b-2", "desk/b-3"];
    for (const id of ids) await stand.begin("bob", id, "an event, please", "waiting-event");
    const which = ["--status", "waiting-event", "--owner", "acme-bob", "--reason", "lunch"];

    const unasked = await run("bob", ["pause", ...which]);
    expect(unasked).toMatchObject({ code: 2, stdout: "" });
    expect(unasked.stderr).toMatch(/^pause, 3 tasks:\nTASK .*\ndesk\/b-/);
    expect(unasked.stderr).toContain("nobody is here to be asked; give --yes");
    const dry = await run("bob", ["pause", ...which, "--dry-run", "--json"]);
    expect(JSON.parse(dry.stdout)).toMatchObject({ dryRun: true, matched: 3, done: 0 });
    expect(await ann("desk/b-1")).toBe("waiting-event");
    refused(
      await run("bob", "pause --reason x"),
      2,
      /say which: holdfast pause <task>, or filters/,
    );
    refused(await run("bob", ["pause", "b-1", ...which]), 2, /one task, or filters, not both/);

    const paused = await run("bob", ["pause", ...which, "--yes", "--json"]);
    expect(paused.code).toBe(0);
    expect(JSON.parse(paused.stdout)).toMatchObject({
      verb: "pause",
      done: 3,
      tasks: expect.arrayContaining([
        { agent: "desk", taskId: "b-2", answer: expect.objectContaining({ result: "applied" }) },
      ]),
    });
    expect(await Promise.all(ids.map(ann))).toEqual(["paused", "paused", "paused"]);
    // A cancelled one among them: it is refused, and the others are done.
    await run("bob", ["kill", "b-3", "--reason", "x"]);
    const some = await run(
      "bob",
      "resume --status paused,killed --owner acme-bob --yes --reason back",
    );
    expect(some).toMatchObject({
      code: 4,
      stdout: expect.stringMatching(/^not desk\/b-3: .*\nresume: 2 of 3\n$/),
    });
    expect(await Promise.all(ids.map(ann))).toEqual(["waiting-event", "waiting-event", "killed"]);
  });

  it("R99 a tool is stopped and lifted, with a confirmation", async () => {
    const refund = ["--tool", "refund", "--reason", "wrong amounts"];
    const unasked = await run("local", ["stop", ...refund]);
    expect(unasked).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("give --yes"),
    });
    expect((await json("local", "stops"))["stops"]).toEqual([]);
    expect(await run("local", ["stop", ...refund, "--yes", "--as", "lea"])).toMatchObject({
      code: 0,
    });
    expect((await json("local", "stops"))["stops"]).toMatchObject([
      { kind: "tool", name: "refund", by: "lea", reason: "wrong amounts" },
    ]);
    refused(
      await run("ann", ["stop", "--tenant", "globex", "--reason", "x", "--yes"]),
      5,
      /your own tenant only/,
    );
    // At a gateway it is for the tenant's own tasks.
    expect(await run("ann", ["stop", ...refund, "--yes"])).toMatchObject({ code: 0 });
    expect((await json("ann", "stops"))["stops"]).toMatchObject([{ tenant: "acme" }]);
    expect(await run("ann", ["lift", ...refund])).toMatchObject({ code: 0 });
    expect(await run("local", ["lift", ...refund])).toMatchObject({ code: 0 });
    refused(await run("local", ["lift", ...refund]), 3, /no stop of the tool refund/);
  });

  it("a schedule is made once, listed, shown, run, paused and deleted", async () => {
    const create = ["schedules", "create", "daily", "hello", "--cron", "0 9 * * *"];
    const because = ["--reason", "a test"];
    refused(await run("ann", [...create, ...because]), 2, /--start <agent>/);
    const made = await run("ann", [...create, "--start", "desk", ...because, "--json"]);
    expect(JSON.parse(made.stdout)).toMatchObject({ result: "created", version: 1 });
    refused(
      await run("ann", [...create, "--start", "boss", ...because]),
      4,
      /a schedule daily already/,
    );
    refused(await run("stranger", "schedules show daily"), 3, /no schedule daily/);
    expect((await run("ann", "schedules list")).stdout).toBe("daily\n");
    const ran = await run("ann", ["schedules", "run-now", "daily", ...because, "--json"]);
    expect(JSON.parse(ran.stdout)).toMatchObject({ taskId: expect.stringMatching(/^daily\/2/) });
    await run("ann", ["schedules", "pause", "daily", ...because]);
    expect((await run("ann", "schedules show daily")).stdout).toMatch(
      /status +paused\n +when +0 9 /,
    );
    expect(await run("ann", ["schedules", "delete", "daily", ...because])).toMatchObject({
      code: 0,
    });
  });

  it("R101 R102 a task is exported, checked without a server, and erased", async () => {
    await stand.begin("bob", "desk/e-1", "hello", "idle");
    const { directory } = stand.engine;
    const out = join(directory, "e-1.jsonl");
    const exported = await run("bob", ["export", "e-1", "--out", out, "--json"]);
    expect(exported, exported.stderr).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(exported.stdout)).toMatchObject({ file: out, ok: true, taskId: "acme/e-1" });
    const edited = join(directory, "edited.jsonl");
    await writeFile(edited, (await readFile(out, "utf8")).replace('"hello"', '"hallo"'));
    const erase = ["erase", "e-1", "--artifacts", "keep", "--reason", "asked for"];
    const keys = join(directory, "keys.json");
    await writeFile(keys, JSON.stringify(stand.evidenceKeys));
    const [good, bad, none, again, unasked, early, readable] = await Promise.all([
      runCli(["verify", out, "--keys", keys]),
      runCli(["verify", edited]),
      runCli(["verify", join(directory, "none.jsonl")]),
      run("bob", ["export", "e-1", "--out", out]),
      run("bob", erase),
      run("bob", [...erase, "--yes"]),
      stat(out),
    ]);
    expect(good).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("signature valid (k-1)"),
    });
    expect(bad).toMatchObject({ code: 1, stderr: "" });
    expect(bad.stdout).toMatch(/^It is not in order: line \d+, entry 1: /);
    refused(none, 3, /there is no file/);
    refused(again, 4, /is there; give another --out/);
    refused(unasked, 2, /give --yes/);
    refused(early, 4, /only what has ended is erased/);
    expect(readable.mode & 0o077).toBe(0);
    const ended = await run("bob", ["complete", "e-1", "--reason", "done"]);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    const erased = await run("bob", [...erase, "--yes"]);
    expect(erased, erased.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^desk\/e-1: erased \d+ entries/),
    });
    expect((await run("bob", "log e-1")).stdout).not.toContain("hello");
  });
});
