// Owns the answers of an approval, one by one: who is told what, and what is recorded of it.
import { describe, expect, it } from "vitest";
import type { ApprovalRule } from "../../contract/approval.ts";
import { ERROR_STATUS } from "../../contract/errors.ts";
import { packageOf } from "./support/approval-package.ts";
import type { Answer } from "./support/story.ts";
import { editTo, outcomeOf, storyOf } from "./support/story.ts";

const ruled = (rule: Partial<ApprovalRule>) => storyOf(packageOf({ owner: "owen", rule }));
const open = () => ruled({ expiresAfterMs: 1_000 });
const told = (answer: Answer) => ("code" in answer ? ERROR_STATUS[answer.code] : 200);
const TWO: Partial<ApprovalRule> = { deciders: ["ada", "ben", "cleo"], quorum: 2 };

describe("R96 F14 a decision", () => {
  it("settles, and its receipt says who decided what and when", () => {
    const story = open();
    const answer = story.decide({ by: "ada", message: "fine" }, 1_200);
    const receipt = {
      approvalId: story.head.approvalId,
      decision: "approve",
      by: "ada",
      at: 1_200,
    };
    expect(answer).toMatchObject({ result: "settled", state: "approved", receipt });
    expect(story.notices.at(-1)).toMatchObject({
      type: "decided",
      by: ["ada"],
      message: "fine",
      via: "decide",
      digest: story.head.digest,
    });
  });

  it("made again by the same person is the same receipt; by another, or another, it is 412 with who", () => {
    const story = open();
    const first = story.decide({ by: "ada" }, 1_200);
    expect(story.decide({ by: "ada", message: "again" }, 1_300)).toEqual(first);
    for (const ballot of [{ by: "ben" }, { by: "ada", decision: "reject" as const }]) {
      const late = story.decide(ballot, 1_300);
      expect(late).toMatchObject({
        code: "approval_decided",
        details: { by: "ada", decision: "approved", at: "1200" },
      });
      expect(late).toHaveProperty("message", expect.stringContaining("approved by ada at 1200"));
    }
    expect(story.notices.map(({ type }) => type)).toEqual(["opened", "decided"]);
  });

  it("of another digest is 412, and is recorded once", () => {
    const story = open();
    const other = { by: "ada", digest: "f".repeat(64) };
    expect([1, 2].map(() => outcomeOf(story.decide(other, 1_200)))).toEqual([
      "approval_mismatch",
      "approval_mismatch",
    ]);
    expect(story.notices.slice(1)).toMatchObject([{ type: "mismatch", by: "ada" }]);
    expect(outcomeOf(story.decide({ by: "ada" }, 1_200))).toBe("settled");
  });
});

describe("F12 F15 R36 a decision that comes too late", () => {
  it.each([
    ["at the very end of its time", "approval_expired", 410, "expired"],
    ["after the task withdrew it", "approval_withdrawn", 410, "withdrawn"],
    ["after something changed", "approval_stale", 412, "stale"],
  ] as const)("%s is refused", (when, code, status, type) => {
    const story = open();
    if (type === "withdrawn") story.withdraw(1_100);
    if (type === "stale") story.changed([{ what: "precondition", captured: "a", now: "b" }], 1_100);
    const answer = story.decide({ by: "ada" }, type === "expired" ? 2_000 : 1_200);
    expect([outcomeOf(answer), told(answer)]).toEqual([code, status]);
    expect(story.head.state).toBe(type);
    expect(story.notices.at(-1)?.type).toBe(type);
  });

  it("F12 the server's timer counts where the worker's clock is behind, and the clock where the timer is", () => {
    const behind = open();
    behind.tick("expiry", 0);
    expect(outcomeOf(behind.decide({ by: "ada" }, 0))).toBe("approval_expired");
    const ahead = open();
    expect(outcomeOf(ahead.decide({ by: "ada" }, 2_000))).toBe("approval_expired");
  });
});

describe("R35 R97 who may decide", () => {
  it.each([
    ["who is not named", { by: "mallory" }, "not-a-decider"],
    ["the task's owner", { by: "owen" }, "own-request"],
    ["the owner in capitals", { by: "OWEN" }, "own-request"],
    ["the owner in full width", { by: "ｏｗｅｎ" }, "own-request"],
    ["the owner between blanks", { by: "o wen" }, "own-request"],
    ["the requester", { by: "rita" }, "own-request"],
    ["the agent", { by: "desk" }, "own-request"],
    ["a name that only looks like a decider's", { by: "аda" }, "not-a-decider"],
    ["a decider in capitals", { by: "Ada" }, "not-a-decider"],
    ["nobody", {}, "nameless"],
  ] as const)("%s: 403, recorded once, whatever is decided", (who, by, reason) => {
    const story = ruled({ deciders: ["ada", "ben", "owen", "rita"], bareAwakeable: true });
    for (const ballot of [
      {},
      { decision: "reject" },
      { decision: "ask" },
      editTo("x"),
      {},
    ] as const) {
      const answer = story.decide({ ...ballot, ...by }, 1_200);
      expect([told(answer), answer]).toMatchObject([403, { details: { reason } }]);
    }
    const refused = story.notices.filter(({ type }) => type === "refused");
    expect(refused).toHaveLength(4);
    expect(refused[0]).toMatchObject({ reason, decision: "approve", ...by });
    expect(story.head.state).toBe("open");
  });

  it("the owner may, where duties are not kept apart", () => {
    expect(outcomeOf(ruled({ separationOfDuties: false }).decide({ by: "owen" }, 1_200))).toBe(
      "settled",
    );
  });

  it("R48 whom the policy denies is refused, and a policy that changed makes it stale", () => {
    const story = open();
    const denied = { allowed: false, policyVersion: "policy-1" };
    expect(story.decide({ by: "ada" }, 1_100, denied)).toMatchObject({
      code: "approval_forbidden",
      details: { reason: "policy" },
    });
    const later = { allowed: true, policyVersion: "policy-2" };
    expect(outcomeOf(story.decide({ by: "ada" }, 1_100, later))).toBe("approval_stale");
    expect(story.notices.at(-1)).toMatchObject({
      type: "stale",
      changes: [{ what: "policy-version", captured: "policy-1", now: "policy-2" }],
    });
  });

  it("nobody fills the log by trying", () => {
    const story = ruled({ deciders: ["ada"] });
    for (let index = 0; index < 500; index += 1) story.decide({ by: `m-${index}` }, 1_200);
    expect(story.notices.length).toBeLessThan(80);
  });
});

describe("R97 two of three", () => {
  it("takes two different persons, and counts each once", () => {
    const story = ruled(TWO);
    const first = story.decide({ by: "ada" }, 1_100);
    expect(first).toMatchObject({ result: "recorded", state: "open", approvals: 1, quorum: 2 });
    expect(story.decide({ by: "ada" }, 1_200)).toEqual(first);
    expect(story.decide({ by: "ben" }, 1_300)).toMatchObject({ result: "settled", approvals: 2 });
    expect(story.notices.at(-1)).toMatchObject({ type: "decided", by: ["ada", "ben"] });
    expect(story.decide({ by: "ada" }, 1_400)).toMatchObject({
      result: "settled",
      receipt: "receipt" in first ? first.receipt : undefined,
    });
    expect(outcomeOf(story.decide({ by: "cleo" }, 1_400))).toBe("approval_decided");
  });

  it("one rejection is enough, even of one who approved; it then counts for nobody", () => {
    const story = ruled(TWO);
    story.decide({ by: "ada" }, 1_100);
    expect(story.decide({ by: "ada", decision: "reject", message: "no" }, 1_200)).toMatchObject({
      result: "settled",
      state: "rejected",
    });
    expect(story.notices.at(-1)).toMatchObject({ decision: "reject", by: ["ada"], message: "no" });
    expect(outcomeOf(story.decide({ by: "ada" }, 1_300))).toBe("approval_decided");
  });

  it("R39 an edit is its maker's approval of what it makes, and the others approve anew", () => {
    const story = ruled(TWO);
    const first = story.head.digest;
    story.decide({ by: "ada" }, 1_100);
    const edit = story.decide({ by: "ben", ...editTo("x") }, 1_200);
    expect(edit).toMatchObject({ result: "recorded", approvals: 1, receipt: { decision: "edit" } });
    expect(story.head.digest).not.toBe(first);
    // The same edit once more names what it was made of, and is the same.
    expect(story.decide({ by: "ben", digest: first, ...editTo("x") }, 1_250)).toEqual(edit);
    // The editor counts once.
    expect(story.decide({ by: "ben" }, 1_300)).toMatchObject({ result: "recorded", approvals: 1 });
    expect(outcomeOf(story.decide({ by: "ada", digest: first }, 1_300))).toBe("approval_mismatch");
    expect(story.decide({ by: "ada" }, 1_400)).toMatchObject({ result: "settled", approvals: 2 });
    const settled = story.notices.at(-1);
    expect(settled).toMatchObject({
      decision: "approve",
      by: ["ben", "ada"],
      digest: story.head.digest,
    });
  });
});

describe("R39 edit and ask", () => {
  it("an edit that the tool does not take is 400 with its words, and changes nothing", () => {
    const story = open();
    const { checked: _, ...edit } = editTo("x");
    const refused = { ...edit, checked: { refused: "cents: must be a number" } };
    const answer = story.decide({ by: "ada", ...refused }, 1_100);
    expect([told(answer), answer]).toMatchObject([400, { code: "invalid_edit" }]);
    expect(answer).toHaveProperty("message", expect.stringContaining("cents: must be a number"));
    // As one that was not checked at all, which only a race makes.
    expect(outcomeOf(story.decide({ by: "ada", ...edit }, 1_100))).toBe("approval_mismatch");
    expect(story.notices.map(({ type }) => type)).toEqual(["opened"]);
  });

  it("R38 an edit that meets another version of the tool makes the approval stale", () => {
    const story = open();
    const changes = [{ what: "tool-version", captured: "1", now: "2" }];
    expect(
      outcomeOf(story.decide({ by: "ada", ...editTo("x"), checked: { changes } }, 1_100)),
    ).toBe("approval_stale");
    expect(story.notices.at(-1)).toMatchObject({ type: "stale", changes });
  });

  it("a question is recorded with a receipt, once, and decides nothing", () => {
    const story = open();
    const question = { by: "ada", decision: "ask", question: "Which order?" } as const;
    const answer = story.decide(question, 1_100);
    expect(answer).toMatchObject({ result: "asked", state: "open", approvals: 0 });
    expect(story.decide(question, 1_200)).toEqual(answer);
    expect(story.notices.slice(1)).toMatchObject([{ type: "asked", question: "Which order?" }]);
    expect(outcomeOf(story.decide({ by: "ada" }, 1_300))).toBe("settled");
  });

  it("edits and questions have an end, approving and rejecting have not", () => {
    const story = ruled(TWO);
    for (let index = 0; index < 100; index += 1) {
      story.decide({ by: "ada", ...editTo(String(index)) }, 1_100);
      story.decide({ by: "ada", decision: "ask", question: String(index) }, 1_100);
    }
    expect(story.head).toMatchObject({ edits: 32, state: "open" });
    expect(story.head.questions).toHaveLength(32);
    expect(outcomeOf(story.decide({ by: "ben" }, 1_200))).toBe("settled");
  });
});

describe("F16 a bare awakeable", () => {
  it("settles where anyone may and one is enough", () => {
    const story = ruled({ bareAwakeable: true });
    story.resolve({}, 1_100);
    expect(story.notices.at(-1)).toMatchObject({ type: "decided", by: [], via: "awakeable" });
  });

  it.each([
    ["the rule does not take it", { bareAwakeable: false }, {}],
    ["a name beside it says who may", { bareAwakeable: true, deciders: ["ada"] }, { by: "ada" }],
    ["two are needed", { bareAwakeable: true, quorum: 2 }, { by: "ada" }],
    ["it says that it is the owner's", { bareAwakeable: true }, { by: "owen" }],
    ["it names another digest", { bareAwakeable: true }, { digest: "f".repeat(64) }],
  ] as const)("where %s is recorded, and there is another way in", (where, rule, ballot) => {
    const story = ruled(rule);
    const { awakeable } = story.head;
    story.resolve(ballot, 1_100);
    const [, mismatch, reopened] = story.notices;
    expect([mismatch, reopened]).toMatchObject([{ type: "mismatch" }, { type: "opened" }]);
    expect(story.head).toMatchObject({ state: "open", awakeable: { state: "open" }, votes: [] });
    expect(story.head.awakeable).not.toEqual(awakeable);
  });
});

describe("F13 R97 the ladder", () => {
  const ladder = { deciders: ["ada"], expiresAfterMs: 1_000, bareAwakeable: true } as const;
  const escalation = [{ afterMs: 200 }, { afterMs: 400, deciders: ["ben"] }] as const;

  it("reminds, adds who may decide, and ends in denial", () => {
    const story = ruled({ ...ladder, escalation });
    expect(outcomeOf(story.decide({ by: "ben" }, 1_399))).toBe("approval_forbidden");
    story.tick({ rung: 0 }, 1_399);
    story.tick({ rung: 1 }, 1_400);
    story.tick({ rung: 1 }, 1_400);
    story.tick("expiry", 2_000);
    expect(story.notices.slice(1)).toMatchObject([
      { type: "reminded", rung: 1 },
      { type: "refused", by: "ben" },
      { type: "escalated", rung: 2, to: ["ben"] },
      { type: "expired" },
    ]);
  });

  it("adds, and takes nobody away", () => {
    for (const by of ["ada", "ben"]) {
      const story = ruled({ ...ladder, escalation });
      story.tick({ rung: 1 }, 0);
      expect(outcomeOf(story.decide({ by }, 1_000))).toBe("settled");
    }
  });
});
