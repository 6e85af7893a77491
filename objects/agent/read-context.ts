// Owns the type of "a handler that can read the task's state", exclusive or shared.
import type { ObjectContext, ObjectSharedContext } from "@restatedev/restate-sdk";

export type ReadContext = ObjectContext | ObjectSharedContext;
