// Owns the definition of an agent and its manifest. Imports nothing of Restate (R21).
import type { AgentDefinition, AgentLimits } from "../contract/agent.ts";
import { DEFAULT_LIMITS } from "../contract/agent.ts";
import { nameProblem } from "../contract/ids.ts";
import type { Grant } from "../contract/grant.ts";
import type { AgentManifest, ModelChoice } from "../contract/model.ts";
import type { ReviewWhen } from "../contract/review.ts";
import { describeSchema } from "../contract/schema.ts";
import type { AnySchema, AnyTool } from "../contract/tool.ts";
import { MAX_WAIT_MS } from "../contract/wait.ts";
import { sha256 } from "./digest.ts";
import { readGrants } from "./grant/name-grants.ts";

export interface AgentSpec<Output> {
  /** Names the Restate service; letters, digits, `_` and `-`. */
  readonly name: string;
  /** Raised by you with every change of behaviour; recorded per segment. Default "1". */
  readonly version?: string;
  readonly instructions: string;
  /** One model, or a list that is tried in order when a provider stays down. */
  readonly model: ModelChoice | readonly [ModelChoice, ...ModelChoice[]];
  readonly tools?: readonly AnyTool[];
  /** What its tasks may do at most (docs/authority.md). Default: every tool, without limits. */
  readonly grants?: readonly Grant[];
  readonly limits?: Partial<AgentLimits>;
  /** The final answer must be JSON of this schema. */
  readonly output?: AnySchema<unknown, Output>;
  /** JSON Schema of `output`, for a schema that cannot describe itself. */
  readonly outputJsonSchema?: Record<string, unknown>;
  /** The first turn's answer completes the task. Default false. */
  readonly oneShot?: boolean;
  /**
   * What a wait's end does that is taken in much later than it was due (`limits.lateAfterMs`): "tell",
   * the default, tells the model how late it is; "stop" fails the turn, as `too_late`.
   */
  readonly whenLate?: "tell" | "stop";
  /**
   * Which answers a person releases before the turn completes (docs/approvals.md): "always", or those of
   * turns that had an effect and lasted longer than a bound. Default: none.
   */
  readonly review?: ReviewWhen;
}

/** Checks and completes an agent. Throws an Error that names the agent, the field and the fix. */
export function defineAgent<Output = unknown>(spec: AgentSpec<Output>): AgentDefinition<Output> {
  const fail = (problem: string): never => {
    throw new Error(`agent "${spec.name}": ${problem}`);
  };
  const name = nameProblem(spec.name);
  if (name !== undefined) fail(`its name ${name}`);
  if (spec.instructions.trim() === "") fail("instructions must not be empty");
  const models = Array.isArray(spec.model) ? spec.model : [spec.model];
  const [first, ...others] = models as readonly ModelChoice[];
  if (first === undefined) return fail("model must name at least one model");
  const tools = spec.tools ?? [];
  const names = tools.map((tool) => tool.name);
  const twice = names.find((each, index) => names.indexOf(each) !== index);
  if (twice !== undefined) fail(`two of its tools are named "${twice}"; rename one`);
  return {
    kind: "agent",
    name: spec.name,
    version: spec.version ?? "1",
    instructions: spec.instructions,
    models: [first, ...others],
    tools,
    grants: grantsOf(spec, fail),
    limits: checkLimits({ ...DEFAULT_LIMITS, ...spec.limits }, fail),
    output: outputOf(spec, fail),
    oneShot: spec.oneShot ?? false,
    whenLate: spec.whenLate ?? "tell",
    review: reviewOf(spec, fail),
  };
}

function grantsOf(
  { grants }: Pick<AgentSpec<unknown>, "grants">,
  fail: (problem: string) => never,
): AgentDefinition["grants"] {
  if (grants === undefined) return undefined;
  try {
    return readGrants(grants);
  } catch (error) {
    return fail(error instanceof Error ? error.message : "its grants cannot be used");
  }
}

function checkLimits(limits: AgentLimits, fail: (problem: string) => never): AgentLimits {
  for (const [key, value] of Object.entries(limits)) {
    if (value === undefined && key === "maxOutputTokens") continue;
    if (!Number.isInteger(value) || value < 1) fail(`limits.${key} must be a whole number above 0`);
  }
  if (limits.maxWaitMs > MAX_WAIT_MS) fail(`limits.maxWaitMs must be at most ${MAX_WAIT_MS}`);
  return limits;
}

/** What could never be true would be a review that nobody ever makes. */
function reviewOf(
  { review }: Pick<AgentSpec<unknown>, "review">,
  fail: (problem: string) => never,
): ReviewWhen | undefined {
  if (review === undefined || review === "always") return review;
  const { longerThanMs = 0, effects } = review;
  if (!Number.isSafeInteger(longerThanMs) || longerThanMs < 0)
    fail("review.longerThanMs must be a whole number of milliseconds, 0 or above");
  if (effects?.length === 0) fail("review.effects must name an effect class, or be left out");
  if (effects?.includes("read")) fail('review.effects must not name "read", which has no effect');
  return review;
}

function outputOf<Output>(
  spec: AgentSpec<Output>,
  fail: (problem: string) => never,
): AgentDefinition<Output>["output"] {
  if (spec.output === undefined) return undefined;
  const described = spec.outputJsonSchema ?? describeSchema(spec.output);
  if (described === undefined)
    return fail("its output schema cannot describe itself; give outputJsonSchema");
  return { schema: spec.output, jsonSchema: described };
}

/** The definition as data, so that what the model was told can be rebuilt from storage (R2). */
export function manifestOf(agent: AgentDefinition): AgentManifest {
  return {
    v: 1,
    agent: agent.name,
    version: agent.version,
    instructions: agent.instructions,
    tools: agent.tools.map(({ name, version, description, inputJsonSchema }) => ({
      name,
      version,
      description,
      inputSchema: inputJsonSchema,
    })),
    models: agent.models,
    ...(agent.output === undefined ? {} : { outputSchema: agent.output.jsonSchema }),
    ...(agent.limits.maxOutputTokens === undefined
      ? {}
      : { maxOutputTokens: agent.limits.maxOutputTokens }),
  };
}

/** The manifest's bytes, as they are stored, and their SHA-256. */
export function sealManifest(manifest: AgentManifest): {
  readonly json: string;
  readonly sha256: string;
} {
  // Not canonical: the order of a schema's properties is part of what the model was sent.
  const json = JSON.stringify(manifest);
  return { json, sha256: sha256(json) };
}
