// Owns telling the object `holdfast.audit` that a task's log may have grown (F40). What is told
// holds no event: whoever is told reads the log. Where the app has no sink nothing is sent.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { AuditNote } from "../../contract/audit.ts";
import { AUDIT_SERVICE, AUDIT_VERSION, auditKey } from "../../contract/audit.ts";
import { jsonOf } from "../../handler/json-serde.ts";

type Handle<I> = (ctx: ObjectContext, input: I) => Promise<unknown>;

/** Only exclusive handlers write a log (L1), so after each of these it is said. */
export function createNoting(agent: string, audited = false): <I>(handle: Handle<I>) => Handle<I> {
  if (!audited) return (handle) => handle;
  return (handle) => async (ctx, input) => {
    const answer = await handle(ctx, input);
    ctx.genericSend<AuditNote>({
      service: AUDIT_SERVICE,
      key: auditKey({ agent, taskId: ctx.key }),
      method: "note",
      parameter: { v: AUDIT_VERSION },
      inputSerde: jsonOf(),
    });
    return answer;
  };
}
