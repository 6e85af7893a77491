// Owns that text of any kind can be recorded: half a character has no digest, and an event that
// could not be sealed would hold its task for ever.
import fc from "fast-check";
import { expect, it } from "vitest";
import { chainProblem, GENESIS, sealEvent } from "../../core/log.ts";
import { asksFor, badCall, returnsOk, startedTask } from "./core-task.ts";

/** Anything that a JavaScript string can be, halves of characters among it. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0xd7f0, max: 0xe010 }), fc.nat(0xffff)))
  .map((units) => String.fromCharCode(...units));

it("seals what holds half a character, and what is well-formed as it is", () => {
  const end = { nextSeq: 0, hash: GENESIS, updatedAt: 0 };
  fc.assert(
    fc.property(anyText, anyText, (reason, id) => {
      const body = { type: "cancel.requested", reason, data: { from: "idle" } } as const;
      const event = sealEvent(end, { ...body, actor: { kind: "operator", id } }, 1);
      expect(chainProblem([event])).toBeUndefined();
      expect([event.reason, event.actor.id]).toEqual([reason.toWellFormed(), id.toWellFormed()]);
    }),
  );
});

it("records whatever a model and a tool say", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const task = startedTask();
      const call = { ...badCall(text, text, "unknown_tool"), arguments: { text } };
      task.hear(asksFor(call));
      task.hear(asksFor());
      const operation = { callId: text, tool: text, step: 1, ordinal: 0, operationId: text };
      const contract = { toolVersion: text, argumentsDigest: "", answerSeq: 2, since: 1 };
      const open = {
        ...operation,
        ...contract,
        attempt: 1,
        state: "issued",
        effect: "read",
      } as const;
      task.takeIn(open, returnsOk(text));
      expect(chainProblem(task.log)).toBeUndefined();
    }),
  );
});
