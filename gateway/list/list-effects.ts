// Owns the list of effects of a tenant whose outcome nobody knows, over all agents: read from the heads of
// the tasks that have them.
import { z } from "zod";
import { EFFECT_CLASSES, type EffectClass } from "../../contract/effect-class.ts";
import { nameProblem } from "../../contract/ids.ts";
import type { UnknownEffect, UnknownEffectList } from "../../contract/oversight.ts";
import type { TaskStatus } from "../../contract/status.ts";
import { idWithin } from "../../contract/tenant.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";
import type { RouteDeps } from "../route.ts";
import { scan } from "./list-tasks.ts";
import { behind, ownKeys, pageShape, readCursor, sqlText, writeCursor } from "./page.ts";

export const effectQuerySchema = z.strictObject({
  ...pageShape,
  agent: z
    .string()
    .refine((name) => nameProblem(name) === undefined, "must be an agent's name")
    .optional(),
});
export type EffectQuery = z.infer<typeof effectQuerySchema>;

/** What of a head, or of its readable part, this reads. */
interface StoredHead {
  readonly taskUid: string;
  readonly status: TaskStatus;
  readonly owner?: string;
  readonly createdAt: number;
  readonly operations?: readonly {
    readonly operationId: string;
    readonly state: string;
    readonly tool: string;
    readonly effect: EffectClass;
    readonly since: number;
  }[];
}

/** In the JSON of a head, of a task with such an operation; what else it finds is left out below. */
const HAS_UNKNOWN = 'strpos(value_utf8, \'"state":"unknown"\') > 0';

export async function listUnknownEffects(
  query: RouteDeps["query"],
  tenant: string | undefined,
  { limit, cursor, agent }: EffectQuery,
): Promise<UnknownEffectList> {
  const ofAgent = agent === undefined ? [] : [`service_name = ${sqlText(agent)}`];
  const where = [ownKeys(tenant), behind(readCursor(cursor)), HAS_UNKNOWN, ...ofAgent];
  const rows = await query(scan(where, limit + 1));
  const tasks = rows.slice(0, limit).map((row) => ({
    service: String(row["service_name"]),
    key: String(row["service_key"]),
    head: JSON.parse(String(row["value_utf8"])) as StoredHead,
  }));
  const effects = tasks.flatMap(({ service, key, head }) =>
    unknownIn(head, { agent: service, taskId: idWithin(tenant, key) ?? key }),
  );
  const last = rows.length > limit ? tasks.at(-1) : undefined;
  if (last === undefined) return { effects };
  const { service, key, head } = last;
  return { effects, cursor: writeCursor({ at: head.createdAt, service, key }) };
}

function unknownIn(
  { taskUid, status, owner, operations = [] }: StoredHead,
  task: Pick<UnknownEffect, "agent" | "taskId">,
): readonly UnknownEffect[] {
  const whose = owner === undefined ? {} : { owner };
  return operations
    .filter(({ state, effect }) => state === "unknown" && EFFECT_CLASSES.includes(effect))
    .map(({ operationId, tool, effect, since }) => {
      const { risk } = EFFECT_POLICY[effect];
      return { ...task, taskUid, status, ...whose, operationId, tool, effect, risk, since };
    });
}
