// Owns a model that insists: it asks for these calls, answer by answer, whatever it is told, and
// then says "done".
import {
  asksFor,
  scriptedModel,
  says,
  type ScriptedModel,
} from "../../agent/support/scripted-model.ts";

export type Wanted = readonly [tool: string, given: unknown];

export function insistingModel(...answers: readonly (readonly Wanted[])[]): ScriptedModel {
  return scriptedModel((request) => {
    const answered = request.messages.filter(({ role }) => role === "assistant").length;
    const wanted = answers[answered];
    return wanted === undefined ? says("done") : asksFor(...wanted);
  });
}
