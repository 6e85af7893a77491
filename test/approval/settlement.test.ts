// Owns what must hold of an approval whatever is done to it, in whatever order and at whatever
// times its clock shows: it is settled once at most, by enough of the right persons, in time.
import fc from "fast-check";
import { expect, it } from "vitest";
import type { ApprovalPackage } from "../../contract/approval.ts";
import type { Step } from "./support/acts.ts";
import { acts, approvals, EXPIRY, play, START } from "./support/acts.ts";

/** What is wrong, in words; nothing where all is well. */
type Problem = string | false | undefined;
type Check = (told: ReturnType<typeof play>, given: ApprovalPackage) => Problem;

/** The smallest story found in which something is wrong, or undefined when none was found. */
function findStory(check: Check, sequences = acts): string | undefined {
  const property = fc.property(approvals, sequences, (given, sequence) => {
    const problem = check(play(given, sequence), given);
    if (typeof problem === "string") throw new Error(problem);
  });
  const found = fc.check(property, { numRuns: 2_000 });
  if (!found.failed) return undefined;
  return `${String(found.errorInstance)}\n${fc.defaultReportMessage(found)}`;
}

const CLOSING = new Set(["decided", "expired", "withdrawn", "stale", "blocked"]);
const lower = (name: string | undefined) => name?.toLowerCase();

it("R36 F14 F15 is closed once at most, and nothing happens to it after that", () => {
  const check: Check = ({ story, steps }) => {
    const closing = story.notices.findIndex(({ type }) => CLOSING.has(type));
    if (closing >= 0 && closing < story.notices.length - 1) return "something follows its end";
    const late = steps.some(({ before, notices }) => before.state !== "open" && notices.length > 0);
    if (late) return "something happened to what was closed";
    return (story.head.state === "open") !== closing < 0 && "its state is not what happened";
  };
  expect(findStory(check)).toBeUndefined();
});

/** Who may decide by the rule's words, written down once more. */
function mayDecide({ rule, owner, requester }: ApprovalPackage, by: string, rungs: number) {
  const own = [owner, requester.by, requester.agent].map(lower);
  if (rule.separationOfDuties && own.includes(by.toLowerCase())) return false;
  const lists = [rule, ...rule.escalation.slice(0, rungs)].map(({ deciders }) => deciders ?? []);
  return lists.some((list) => list === "anyone" || list.includes(by));
}

/** A resolved awakeable, and a decision without a name, are worth one and never two. */
function holdingIsEnough({ rule }: ApprovalPackage): boolean {
  const lists = [rule, ...rule.escalation].map(({ deciders }) => deciders);
  return rule.bareAwakeable && rule.quorum === 1 && lists.includes("anyone");
}

/** The decision that counted in a step, if one did. */
function countedIn({ notices }: Step) {
  return notices.find((notice) => notice.type === "recorded" || notice.type === "decided");
}

function wrongDecider(step: Step, given: ApprovalPackage): Problem {
  const by = countedIn(step)?.receipt.by;
  if (countedIn(step) === undefined) return undefined;
  if (by === undefined || step.act.do === "resolve") {
    return !holdingIsEnough(given) && "holding the id was not enough";
  }
  const climbed = step.notices.filter(({ type }) => /^(reminded|escalated)$/.test(type));
  return !mayDecide(given, by, step.before.rungs + climbed.length) && `${by} may not decide`;
}

it("R35 every decision that counts is of someone who may decide", () => {
  const check: Check = ({ steps }, given) =>
    steps.map((step) => wrongDecider(step, given)).find((problem) => typeof problem === "string");
  expect(findStory(check)).toBeUndefined();
});

it("R96 R97 is approved only when a quorum of persons named what is approved, in time", () => {
  const check: Check = ({ story, steps }, given) => {
    const decided = story.notices.find((notice) => notice.type === "decided");
    if (decided?.decision !== "approve") return undefined;
    if (decided.at >= START + EXPIRY) return "it was late";
    // What is approved is what was proposed, or the last edit.
    if (decided.digest !== story.head.digest) return "something else was approved";
    const receipts = steps.flatMap((step) => countedIn(step)?.receipt ?? []);
    const named = receipts.filter(({ digest }) => digest === decided.digest);
    return new Set(named.map(({ by }) => lower(by))).size < given.rule.quorum && "too few";
  };
  expect(findStory(check)).toBeUndefined();
});

it("R97 after an edit only those count who approve what it made of the call", () => {
  const check: Check = ({ steps }) => {
    let digest = steps[0]?.before.digest;
    let persons = new Set<string | undefined>();
    for (const counted of steps.flatMap((step) => countedIn(step) ?? [])) {
      if (counted.receipt.digest !== digest) persons = new Set();
      digest = counted.receipt.digest;
      persons.add(lower(counted.receipt.by));
      if (counted.type === "recorded" && counted.approvals !== persons.size) return "miscounted";
    }
    return undefined;
  };
  expect(findStory(check)).toBeUndefined();
});

it("R97 F12 F13 silence ends in denial, and never in approval", () => {
  const spoken = new Set(["approve", "edit", "resolve"]);
  const silent = acts.map((all) => all.filter(([each]) => !spoken.has(each.do)));
  const check: Check = ({ story }) => {
    story.tick("expiry", 0);
    return ["open", "approved"].includes(story.head.state) && `it is ${story.head.state}`;
  };
  expect(findStory(check, silent)).toBeUndefined();
});

it("F14 the same decision again gets the same receipt while it stands, and else is told why not", () => {
  const check: Check = ({ story, steps }) => {
    for (const [index, { act: each, answer }] of steps.entries()) {
      if (answer === undefined || "code" in answer || each.do !== "approve") continue;
      const { by, digest, receiptId } = answer.receipt;
      // An edit drops it, also where another one leads back to the same call.
      const later = steps.slice(index + 1).flatMap((step) => countedIn(step) ?? []);
      const dropped = later.some(({ receipt }) => receipt.digest !== digest);
      if (dropped && digest === story.head.digest) continue;
      const { state } = story.head;
      const stands = ["open", "approved"].includes(state) && digest === story.head.digest;
      const again = story.decide({ ...(by === undefined ? {} : { by }), digest }, START);
      if (stands !== "receipt" in again) return "it stands, or not";
      if ("receipt" in again && again.receipt.receiptId !== receiptId) return "another receipt";
    }
    return undefined;
  };
  expect(findStory(check)).toBeUndefined();
});

it("tells things in the order of time, whatever the clock does, and keeps a small head", () => {
  const check: Check = ({ story }) => {
    const times = story.notices.map(({ at }) => at);
    if (times.some((at, index) => at < (times[index - 1] ?? 0))) return "time goes back";
    return JSON.stringify(story.head).length > 64 * 1024 && "the head grows";
  };
  expect(findStory(check)).toBeUndefined();
});
