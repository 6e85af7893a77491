// The public export list of holdfast.
export { defineAgent } from "./core/define-agent.ts";
export type { AgentSpec } from "./core/define-agent.ts";
export { createFsArtifactStore } from "./services/artifacts/fs-artifact-store.ts";
export { startRestateServer } from "./services/engine/restate-server.ts";
export type { RestateServer, RestateServerOptions } from "./services/engine/restate-server.ts";
export { openaiChat } from "./services/model/openai-chat.ts";
export { openaiResponses } from "./services/model/openai-responses.ts";
export { createApp } from "./services/server.ts";
export type { App, AppOptions, ServeOptions, ServePart, Worker } from "./services/server.ts";
export { defineTool } from "./tools/define-tool.ts";
export type { ToolSpec } from "./tools/define-tool.ts";
export { toolFailure } from "./tools/tool-failure.ts";
export * from "./contract/index.ts";
