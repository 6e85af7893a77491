// Owns what can be decided on at all: rules that are rules, packages that are what they say, and
// JSON that has one meaning. And the stored forms that can be read.
import { describe, expect, it } from "vitest";
import type { ApprovalRule } from "../../contract/approval.ts";
import { newApproval, upcastApproval } from "../../core/approval/approval-head.ts";
import { packageProblem } from "../../core/approval/package-problem.ts";
import { readBallot } from "../../core/approval/judge-awakeable.ts";
import { DEFAULT_RULE, personOf, ruleProblem } from "../../core/approval/rule.ts";
import { proposalDigest } from "../../core/proposal.ts";
import { parseStrictJson } from "../../core/strict-json.ts";
import { keyOf, packageOf } from "./support/approval-package.ts";
import { storyOf } from "./support/story.ts";

describe("R35 R97 a rule", () => {
  it("that is shipped is one approver, not the owner, within a day", () => {
    expect(ruleProblem(DEFAULT_RULE)).toBeUndefined();
    expect(DEFAULT_RULE).toMatchObject({
      quorum: 1,
      separationOfDuties: true,
      bareAwakeable: true,
    });
  });

  it.each<readonly [string, Partial<ApprovalRule>, RegExp]>([
    ["no quorum", { quorum: 0 }, /quorum/],
    ["half a quorum", { quorum: 1.5 }, /quorum/],
    ["no number", { quorum: NaN }, /quorum/],
    ["more than there are", { deciders: ["ada"], quorum: 2 }, /only 1 may ever decide/],
    ["one person twice", { deciders: ["ada", "Ada"], quorum: 2 }, /only 1 may ever decide/],
    ["nobody", { deciders: [] }, /name somebody/],
    ["an empty name", { deciders: [" "] }, /empty name/],
    ["a negative end", { expiresAfterMs: -1 }, /expiresAfterMs/],
    ["no end", { expiresAfterMs: Infinity }, /expiresAfterMs/],
    ["a rung after the end", { escalation: [{ afterMs: 10 ** 9 }] }, /escalation\[0\]/],
    ["rungs out of order", { escalation: [{ afterMs: 2 }, { afterMs: 1 }] }, /escalation\[1\]/],
  ])("with %s is none", (what, rule, problem) => {
    expect(ruleProblem({ ...DEFAULT_RULE, ...rule })).toMatch(problem);
  });

  it("counts those of the rungs as well", () => {
    const escalation = [{ afterMs: 1, deciders: ["ben"] }];
    expect(
      ruleProblem({ ...DEFAULT_RULE, deciders: ["ada"], quorum: 2, escalation }),
    ).toBeUndefined();
  });

  it("takes names that only look different for one person", () => {
    const names = ["Ada", "ada", "a\u200bda", " ada", "ＡＤＡ"];
    expect(new Set(names.map(personOf)).size).toBe(1);
    expect(personOf("e\u0301va")).toBe(personOf("\u00e9va"));
  });
});

describe("R33 a package", () => {
  const good = packageOf();
  it("that is what it says can be decided on", () => {
    expect(packageProblem(keyOf(good), good)).toBeUndefined();
    const empty = packageOf({ arguments: {}, call: { arguments: { text: " " } } });
    expect(packageProblem(keyOf(empty), empty)).toBeUndefined();
  });

  it.each([
    ["of another key", { ...good, request: 2 }, /key/],
    ["with a rule that is none", packageOf({ rule: { quorum: 0 } }), /quorum/],
    ["with other arguments", packageOf({ call: { arguments: { text: '{"cents":9}' } } }), /digest/],
    ["whose arguments are no JSON", packageOf({ call: { arguments: { text: "{" } } }), /not JSON/],
    [
      "whose arguments have two readings",
      packageOf({ call: { arguments: { text: '{"cents":1,"cents":2500}' } } }),
      /key twice/,
    ],
  ])("%s cannot", (what, approval, problem) => {
    expect(packageProblem(keyOf(good), approval)).toMatch(problem);
  });
});

it.each([
  ["the same key twice", '{"a":1,"a":2}', /twice/],
  ["the same key twice, deep down", '[{"a":{"b":1,"b":null}}]', /twice/],
  ["__proto__", '{"__proto__":{"a":1}}', /__proto__/],
  ["minus zero", '{"a":-0}', /-0/],
  ["minus zero, as a fraction", "[-0.0]", /-0/],
  ["an unsafe integer", "[9007199254740993]", /rounded/],
  ["an unsafe integer, as a fraction", "[9007199254740993.0]", /rounded/],
  ["more digits than there are", "[0.12345678901234567890]", /rounded/],
  ["too large a number", "[1e999]", /rounded/],
  ["too small a number", "[1e-999]", /rounded/],
  ["half a character", String.raw`["\ud83e"]`, /half/],
  ["half a character in a key", String.raw`{"\ud83e":1}`, /half/],
  ["no JSON", "{", /not JSON/],
  ["a mark before it", "\ufeff{}", /not JSON/],
  ["no end of depth", "[".repeat(100_000), /not JSON/],
])("R33 F16 JSON with %s is refused, and not quoted", (what, text, problem) => {
  const read = parseStrictJson(text);
  expect(read).toEqual({ problem: expect.stringMatching(problem) as unknown });
  expect(readBallot({ text })).toEqual(expect.any(String));
});

it("JSON of one meaning is read as it is", () => {
  const text = '{"b":[1,2.50,1e2,null,true,"\\u00e9"],"constructor":{}}';
  expect(parseStrictJson(text)).toEqual({ value: JSON.parse(text) as unknown });
});

it("F16 by a bare awakeable come approvals and rejections only", () => {
  const digest = "0".repeat(64);
  const read = (body: object) => readBallot({ text: JSON.stringify({ digest, ...body }) });
  expect(read({ decision: "approve", by: "ada" })).toMatchObject({ via: "awakeable", by: "ada" });
  expect(read({ decision: "edit", arguments: {} })).toMatch(/`decide`/);
  expect(read({ decision: "ask", question: "why?" })).toMatch(/`decide`/);
  expect(read({ decision: "approve", extra: 1 })).toMatch(/form/);
  expect(read({ decision: "approve", by: "a\u200bda" })).toMatch(/form at: by/);
});

describe("R96 the digest of a proposal", () => {
  const first = {
    taskUid: "u",
    operationId: "u/1/0/1",
    tool: "refund",
    toolVersion: "1",
    effect: "financial",
    argumentsDigest: "0".repeat(64),
  } as const;
  const more = { agentVersion: "1", policyVersion: "p", resource: "r", precondition: "c" };

  it("is of the agent, the policy, the target and the outside state as well", () => {
    const digests = [
      first,
      { ...first, ...more },
      ...Object.keys(more).map((part) => ({ ...first, ...more, [part]: "other" })),
      ...Object.keys(more).map((part) => ({ ...first, ...more, [part]: undefined })),
      { ...first, ...more, resource: "c", precondition: "r" },
    ].map((each) => proposalDigest(each as Parameters<typeof proposalDigest>[0]));
    expect(new Set(digests).size).toBe(digests.length);
  });

  it("stays what it was for a call that was proposed without them", () => {
    expect(proposalDigest(first)).toBe(
      "45d12ffef9f600a2abaca5555876fc68c8a1eec8c328533ceb64d2d0ae01f996",
    );
  });
});

describe("L13 a stored head", () => {
  it("of version 1 is read", () => {
    const { head } = storyOf(packageOf());
    const stored = JSON.parse(JSON.stringify(head)) as { v: number };
    expect(stored.v).toBe(1);
    expect(upcastApproval(stored)).toEqual(head);
  });

  it("of a newer version is left alone", () => {
    const approval = packageOf();
    const stored = { ...newApproval(keyOf(approval), approval), v: 2 };
    expect(upcastApproval(stored)).toEqual({ newer: 2 });
  });
});
