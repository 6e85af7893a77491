// Owns the form in which a turn's answer is put before a person, and back: the arguments of the
// release, whose digest is approved, and the text that is released of them (R33, R70).
import type { ArtifactRef, StoredText } from "../../contract/artifact.ts";
import type { EditedCall } from "../../contract/approval.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { ReviewedAnswer } from "../../contract/review.ts";
import { canonicalJson } from "../digest.ts";
import { parseStrictJson } from "../strict-json.ts";

/** An answer that is held back, and as what it is decided on. */
export interface HeldAnswer {
  readonly answer: StoredText;
  readonly as: ReviewedAnswer;
  /** Who wrote it in the place of the model. */
  readonly author?: { readonly by?: string };
}

/** The answer that an event holds: the model's, the result that ended the turn, or a person's. */
export function heldAnswer(event: TaskEvent | undefined): HeldAnswer | undefined {
  if (event?.type === "model.answered") {
    const { text, output } = event.data.answer;
    return text === undefined ? undefined : heldAs(text, output?.ok === true);
  }
  if (event?.type === "tool.returned" && event.data.outcome === "ok")
    return heldAs(event.data.result, event.data.mediaType === "application/json");
  if (event?.type !== "review.noticed") return undefined;
  const edited = editIn(event);
  return edited === undefined ? undefined : editedAnswer(edited);
}

function editIn({ data: { notice } }: Extract<TaskEvent, { type: "review.noticed" }>) {
  if (!("edited" in notice) || notice.edited === undefined) return undefined;
  return { call: notice.edited, by: notice.receipt.by };
}

function heldAs(answer: StoredText, structured: boolean): HeldAnswer {
  if ("artifact" in answer) return { answer, as: answer };
  const read = structured ? parseStrictJson(answer.text) : { problem: "it is a text" };
  return { answer, as: "value" in read ? { json: read.value } : answer };
}

function editedAnswer(edit: {
  readonly call: EditedCall;
  readonly by: string | undefined;
}): HeldAnswer {
  const { arguments: stored } = edit.call;
  if (!("text" in stored)) throw new Error("an answer that a person wrote is kept by its own text");
  const as = JSON.parse(stored.text) as ReviewedAnswer;
  const author = edit.by === undefined ? {} : { by: edit.by };
  return { answer: "artifact" in as ? as : { text: textOf(as) }, as, author };
}

/** What is released of an answer that a person wrote. */
export function textOf(written: Exclude<ReviewedAnswer, { artifact: ArtifactRef }>): string {
  return "text" in written ? written.text : canonicalJson(written.json);
}
