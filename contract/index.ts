// The public export list of the shared language.
export * from "./agent.ts";
export * from "./api.ts";
export * from "./artifact.ts";
export * from "./command.ts";
export * from "./effect-class.ts";
export * from "./errors.ts";
export * from "./event.ts";
export * from "./ids.ts";
export * from "./message.ts";
export * from "./model.ts";
export * from "./port.ts";
export * from "./schema.ts";
export * from "./status.ts";
export * from "./tool.ts";
