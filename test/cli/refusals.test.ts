// Owns what the command line refuses, against a real server and gateway: each time one sentence with its
// exit code, and nothing else.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliStand, openCliStand, type Who } from "./support/cli-stand.ts";
import { refused } from "./support/refused.ts";
import { runCli } from "./support/run-cli.ts";

describe("what the command line refuses", { timeout: 240_000 }, () => {
  let stand: CliStand;
  beforeAll(async () => {
    stand = await openCliStand();
  });
  afterAll(() => stand.stop());

  const run: CliStand["run"] = (...args) => stand.run(...args);

  it("R47 a credential that is not good, or another's, is told in one sentence with code 5 or 3", async () => {
    await stand.begin("ann", "desk/c-1", "hello", "idle");
    const show = (who: Who) => run(who, "tasks show desk/c-1");
    const [none, expired, revoked, foreign, missing, viewer, named] = await Promise.all([
      show("none"),
      show("expired"),
      show("revoked"),
      show("stranger"),
      run("stranger", "tasks show desk/c-9"),
      run("viewer", ["pause", "c-1", "--reason", "x"]),
      run("ann", "tasks list --as eve"),
    ]);
    refused(none, 5, /asks for a key: set HOLDFAST_KEY/);
    refused(expired, 5, /does not take HOLDFAST_KEY/);
    refused(revoked, 5, /does not take HOLDFAST_KEY/);
    refused(foreign, 3, /there is no task c-1 of desk that you may see/);
    expect(foreign.stderr.replaceAll("c-1", "c-9")).toBe(missing.stderr);
    refused(viewer, 5, /takes the role operator or admin/);
    refused(named, 2, /the key says who you are/);
  });

  it("a task is named by its whole name where a verb is meant, and never guessed", async () => {
    await stand.begin("bob", "desk/n-10", "hello", "idle");
    await stand.begin("bob", "desk/n-1", "hello", "idle");
    await stand.begin("bob", "boss/n-1", "hello", "idle");
    const [both, more, verb, one] = await Promise.all([
      run("bob", "tasks show n-1"),
      run("bob", "tasks show n-"),
      run("bob", ["kill", "n-", "--reason", "x"]),
      run("bob", "tasks show n-10"),
    ]);
    refused(both, 2, /n-1 may be (boss|desk)\/n-1, (boss|desk)\/n-1; give/);
    refused(more, 2, /n- may be /);
    refused(verb, 3, /there is no task n- /);
    expect(one).toMatchObject({ code: 0 });
    // The beginning of one task alone is enough to read it, and not to end it.
    await stand.begin("bob", "desk/only-this", "hello", "idle");
    const [read, killed] = await Promise.all([
      run("bob", "explain only"),
      run("bob", ["kill", "only", "--reason", "x"]),
    ]);
    expect(read).toMatchObject({ code: 0 });
    refused(killed, 3, /there is no task only /);
    expect(await stand.statusOf("bob", "desk/only-this")).toBe("idle");
  });

  it("what cannot be read is refused with code 2, and says what can", async () => {
    const outcomes = await Promise.all([
      run("ann", "tasks list --status bogus"),
      run("ann", "tasks list --created-after yesterday"),
      run("ann", "tasks list --cursor never"),
      run("ann", "tasks list --limit 0"),
      run("ann", "tasks list --colour"),
      run("ann", ["send", "desk/b-1"]),
      run("ann", ["pause", "desk/b-1"]),
      run("ann", ["override", "desk/b-1", "--reason", "x", "--operation", "o"]),
    ]);
    const said = [
      /"bogus" is no status; there are: queued/,
      /--created-after takes a time such as/,
      /cursor is none of a page/,
      /It takes a number/,
      /unknown option '--colour'/,
      /missing required argument 'message'/,
      /give --reason/,
      /give either --result/,
    ];
    for (const [at, outcome] of outcomes.entries()) refused(outcome, 2, said[at] ?? /never/);
    const asJson = await run("ann", "tasks list --status bogus --json");
    expect(asJson).toMatchObject({ code: 2, stdout: "" });
    expect(JSON.parse(asJson.stderr)).toMatchObject({ error: { code: "usage", exitCode: 2 } });
  });

  it("says within a moment that nobody can be reached, with 69, or is none of ours, with 78", async () => {
    expect.hasAssertions();
    const closed = "http://127.0.0.1:9";
    const env = { RESTATE_INGRESS_URL: closed, RESTATE_ADMIN_URL: closed };
    const [down, local, wrong, clear, keyOnly] = await Promise.all([
      runCli(["tasks", "list"], { env: { HOLDFAST_URL: closed } }),
      runCli(["tasks", "list"], { env }),
      runCli(["tasks", "list"], { env: { HOLDFAST_URL: stand.engine.adminUrl } }),
      runCli(["tasks", "list"], { env: { HOLDFAST_URL: "http://example.com", HOLDFAST_KEY: "k" } }),
      runCli(["tasks", "list"], { env: { HOLDFAST_KEY: "k" } }),
    ]);
    refused(down, 69, /gateway at http:\/\/127\.0\.0\.1:9 does not answer/);
    refused(local, 69, /Restate does not answer at .*: start it with holdfast dev/);
    refused(wrong, 78, /is no gateway of Holdfast/);
    refused(clear, 78, /HOLDFAST_URL must be an https URL/);
    refused(keyOnly, 78, /HOLDFAST_URL is missing/);
  });
});
