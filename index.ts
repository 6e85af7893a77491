// The public export list of holdfast.
export { defineBudgets } from "./core/budget/settings.ts";
export type {
  AskToExtend,
  BudgetSettings,
  BudgetSpec,
  LevelSettings,
  MissingPrice,
} from "./core/budget/settings.ts";
export { evidenceOf } from "./core/action-evidence.ts";
export { defineAgent } from "./core/define-agent.ts";
export type { AgentSpec } from "./core/define-agent.ts";
export { lifecycleGaps, lifecycleOf } from "./core/lifecycle/lifecycle.ts";
export type { Care } from "./core/lifecycle/care.ts";
export type { Lifecycle, StatusLifecycle } from "./core/lifecycle/lifecycle.ts";
export { lifecyclePage } from "./core/lifecycle/lifecycle-page.ts";
export type { ToolLifecycle } from "./core/lifecycle/tool-lifecycle.ts";
export type { AppOptions, ServePart } from "./services/app-options.ts";
export type { ArtifactStorage } from "./services/artifacts/artifact-storage.ts";
export { createArtifactStore } from "./services/artifacts/create-artifact-store.ts";
export type { ArtifactEncryption } from "./services/artifacts/create-artifact-store.ts";
export { createFsArtifactStore } from "./services/artifacts/fs-artifact-store.ts";
export type { FsArtifactStoreOptions } from "./services/artifacts/fs-artifact-store.ts";
export { createS3ArtifactStore } from "./services/artifacts/s3-artifact-store.ts";
export type {
  S3ArtifactStoreOptions,
  S3Credentials,
} from "./services/artifacts/s3-artifact-store.ts";
export { createFileAuditSink } from "./services/audit-sink/file-audit-sink.ts";
export type { FileAuditSinkOptions } from "./services/audit-sink/file-audit-sink.ts";
export { createHttpAuditSink } from "./services/audit-sink/http-audit-sink.ts";
export type { HttpAuditSinkOptions } from "./services/audit-sink/http-audit-sink.ts";
export type { Readiness } from "./services/worker/readiness.ts";
export { createCachedCredentials } from "./services/credentials/cached-credentials.ts";
export type { CachedCredentialsOptions } from "./services/credentials/cached-credentials.ts";
export { createCredentialChain } from "./services/credentials/credential-chain.ts";
export { createEnvCredentials } from "./services/credentials/env-credentials.ts";
export type { EnvCredentialsOptions } from "./services/credentials/env-credentials.ts";
export { createFileCredentials } from "./services/credentials/file-credentials.ts";
export type { FileCredentialsOptions } from "./services/credentials/file-credentials.ts";
export { createEncryption } from "./services/encryption/create-encryption.ts";
export type { Encryption, EncryptionOptions } from "./services/encryption/create-encryption.ts";
export type { EncryptionKey } from "./services/encryption/keyring.ts";
export { startRestateServer } from "./services/engine/restate-server.ts";
export type { RestateServer, RestateServerOptions } from "./services/engine/restate-server.ts";
export { type ExportSource, exportTask } from "./evidence/export-task.ts";
export { readExport } from "./evidence/read-export.ts";
export {
  createHeadSigner,
  type EvidenceKey,
  evidencePublicKeys,
  type SignHead,
} from "./evidence/sign-head.ts";
export { verifyExport, type VerifyOptions } from "./evidence/verify-export.ts";
export type { EvidenceOptions } from "./services/evidence/evidence-options.ts";
export { type ApiKey, type ApiKeys, newApiKey } from "./gateway/api-keys.ts";
export type { Authentication } from "./gateway/authenticate.ts";
export { createGateway } from "./gateway/create-gateway.ts";
export { createLiveHub } from "./gateway/stream/live-hub.ts";
export type { LiveHubOptions } from "./gateway/stream/live-hub.ts";
export { createLivePush } from "./services/live/live-push.ts";
export type { LivePushOptions } from "./services/live/live-push.ts";
export type {
  Gateway,
  GatewayOptions,
  GatewayServeOptions,
  RunningGateway,
} from "./gateway/create-gateway.ts";
export type { GatewayCode, Problem } from "./gateway/problem.ts";
export type { Role } from "./gateway/roles.ts";
export type { TokenAlgorithm, TokenIssuer } from "./gateway/tokens.ts";
export { openaiChat } from "./services/model/openai-chat.ts";
export { openaiResponses } from "./services/model/openai-responses.ts";
export { DEFAULT_POLICIES, POLICY_SCHEMA } from "./services/policy/default-policies.ts";
export type { PolicySource } from "./services/policy/load-policies.ts";
export type { ModelPrice } from "./services/prices/model-price.ts";
export type { TelemetryOptions } from "./telemetry/telemetry-options.ts";
export { createApp } from "./services/server.ts";
export type { App, ServeOptions, Worker } from "./services/server.ts";
export { credentialRefused } from "./tools/credential-refused.ts";
export { delegate } from "./tools/delegate.ts";
export type { DelegateSpec } from "./tools/delegate.ts";
export { askHuman } from "./tools/ask-human.ts";
export { cancelOperation } from "./tools/cancel-operation.ts";
export { defineTool } from "./tools/define-tool.ts";
export type { ToolSpec } from "./tools/define-tool.ts";
export { defineWait } from "./tools/define-wait.ts";
export type { WaitSpec } from "./tools/define-wait.ts";
export { listOperations } from "./tools/list-operations.ts";
export { notApplied } from "./tools/not-applied.ts";
export { sleep } from "./tools/sleep.ts";
export { toolFailure } from "./tools/tool-failure.ts";
export { waitFor } from "./tools/wait-for.ts";
export type { WaitFor } from "./tools/wait-for.ts";
export { waitForEvent } from "./tools/wait-for-event.ts";
export { waitForOperations } from "./tools/wait-for-operations.ts";
export * from "./contract/index.ts";
