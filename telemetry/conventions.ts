// Owns the names of spans' attributes. Those of OpenTelemetry's GenAI conventions are copied here, since
// they may change with any release of their package; a test compares them with it.
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVICE_NAME,
} from "@opentelemetry/semantic-conventions";

export const NAMES = {
  SERVICE_NAME: ATTR_SERVICE_NAME,
  ERROR_TYPE: ATTR_ERROR_TYPE,
  HTTP_STATUS: ATTR_HTTP_RESPONSE_STATUS_CODE,

  OPERATION: "gen_ai.operation.name",
  PROVIDER: "gen_ai.provider.name",
  AGENT: "gen_ai.agent.name",
  AGENT_VERSION: "gen_ai.agent.version",
  /** The task's uid: the same on every span of a task, for ever. */
  CONVERSATION: "gen_ai.conversation.id",
  REQUEST_MODEL: "gen_ai.request.model",
  MAX_TOKENS: "gen_ai.request.max_tokens",
  RESPONSE_MODEL: "gen_ai.response.model",
  FINISH_REASONS: "gen_ai.response.finish_reasons",
  INPUT_TOKENS: "gen_ai.usage.input_tokens",
  OUTPUT_TOKENS: "gen_ai.usage.output_tokens",
  CACHED_TOKENS: "gen_ai.usage.cache_read.input_tokens",
  REASONING_TOKENS: "gen_ai.usage.reasoning.output_tokens",
  TOOL: "gen_ai.tool.name",
  TOOL_TYPE: "gen_ai.tool.type",
  TOOL_CALL: "gen_ai.tool.call.id",

  // Content: only where it is asked for.
  INSTRUCTIONS: "gen_ai.system_instructions",
  INPUT_MESSAGES: "gen_ai.input.messages",
  OUTPUT_MESSAGES: "gen_ai.output.messages",
  TOOL_ARGUMENTS: "gen_ai.tool.call.arguments",
  TOOL_RESULT: "gen_ai.tool.call.result",

  // Ours.
  TASK: "holdfast.task.id",
  SEGMENT: "holdfast.segment",
  STEP: "holdfast.step",
  OPERATION_ID: "holdfast.operation.id",
  ATTEMPT_OUTCOME: "holdfast.attempt.outcome",
  TOOL_VERSION: "holdfast.tool.version",
  EFFECT: "holdfast.tool.effect",
  /** ISO 8601, where it ends by itself. */
  WAIT_UNTIL: "holdfast.wait.until",
  /** What a link leads to: `continues`, `invocation` or `task`. */
  LINK: "holdfast.link",
  INVOCATION: "restate.invocation.id",
} as const;

/** Values of OPERATION. */
export const OPERATIONS = {
  AGENT: "invoke_agent",
  CHAT: "chat",
  TOOL: "execute_tool",
} as const;
