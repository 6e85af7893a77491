// Owns what the command line prints, against a real server: for people nothing that speaks to the
// terminal, for programs one documented document.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { PATIENCE } from "../agent/support/task.ts";
import { type CliStand, openCliStand } from "./support/cli-stand.ts";
import { documentedShapes } from "./support/documented-shapes.ts";

describe("what the command line prints", { timeout: 240_000 }, () => {
  let stand: CliStand;
  beforeAll(async () => {
    stand = await openCliStand();
  });
  afterAll(() => stand.stop());

  const run: CliStand["run"] = (...args) => stand.run(...args);
  const json: CliStand["json"] = (...args) => stand.json(...args);
  const reach = (task: string, status: string) =>
    vi.waitFor(async () => expect(await stand.statusOf("ann", task)).toBe(status), PATIENCE);

  it("a message comes from standard input, and nothing in it speaks to the terminal", async () => {
    const evil = "a question \u001b[2J\u202eplease";
    const started = await run("ann", ["start", "desk/\u200bt-1", "-"], evil);
    expect(started).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(String.raw`desk/\u200bt-1`),
    });
    await reach("desk/\u200bt-1", "waiting-event");
    for (const form of [[], ["--json"]]) {
      const { stdout } = await run("ann", ["log", "desk/\u200bt-1", ...form]);
      expect(stdout).toContain(String.raw`\u001b[2J`);
      expect(stdout).toContain(String.raw`\u202e`);
      // oxlint-disable-next-line no-control-regex
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u200b\u202e]/);
    }
  });

  it("the log is followed as it grows, and Ctrl-C ends it with 130", async () => {
    await stand.begin("bob", "desk/f-1", "an event, please", "waiting-event");
    const follower = stand.start("bob", "log desk/f-1 --follow --after 0");
    await vi.waitFor(() => expect(follower.said().stdout).toContain("message.received"), PATIENCE);
    await run("bob", ["pause", "f-1", "--reason", "look at this"]);
    await vi.waitFor(() => expect(follower.said().stdout).toContain("look at this"), PATIENCE);
    follower.process.kill("SIGINT");
    expect(await follower.outcome).toMatchObject({ code: 130, stderr: "holdfast: interrupted\n" });
  });

  it("--json is one document, of the fields that docs/cli.md says", async () => {
    await stand.begin("bob", "desk/j-1", "hello", "idle");
    await stand.begin("bob", "desk/j-2", "a question, please", "waiting-event");
    const { operations } = (await json("bob", "tasks show j-2")) as {
      operations: { operationId: string }[];
    };
    const why = ["--reason", "a test"];
    const timed = ["--every", "1d", "--start", "desk", ...why];
    const asked: readonly (readonly [string, ...(readonly string[])])[] = [
      ["tasks list"],
      ["approvals list"],
      ["start", "desk/j-3", "hello"],
      ["send", "desk/j-1", "hello"],
      ["answer", "desk/j-2", "red", "--operation", operations[0]?.operationId ?? ""],
      ["pause", "desk/j-1", ...why],
      ["stop", "--tenant", "acme", "--yes", ...why],
      ["lift", "--tenant", "acme", ...why],
      ["schedules create", "json", "hello", ...timed],
      ["schedules pause", "json", ...why],
      ["schedules list"],
      ["schedules delete", "json", ...why],
      ["doctor"],
    ];
    const shapes = await documentedShapes();
    for (const [command, ...args] of asked) {
      const { required = [], optional = [], open = false } = shapes.get(command) ?? {};
      expect(required, `docs/cli.md says nothing of ${command}`).not.toEqual([]);
      const answer = await json("bob", [...command.split(" "), ...args]);
      expect(Object.keys(answer), command).toEqual(expect.arrayContaining([...required]));
      const said = new Set([...required, ...optional, ...(open ? Object.keys(answer) : [])]);
      expect(Object.keys(answer).filter((name) => !said.has(name))).toEqual([]);
    }
  });

  it("the doctor finds a server that works, its agents, and a key that is taken", async () => {
    const [local, away] = await Promise.all([json("local", "doctor"), run("ann", "doctor")]);
    expect(local).toMatchObject({ healthy: true });
    expect(local["findings"]).toContainEqual({
      check: "agents",
      status: "ok",
      found: "boss, desk",
    });
    expect(away).toMatchObject({ code: 0, stdout: expect.stringContaining("takes the key") });
  });
});
