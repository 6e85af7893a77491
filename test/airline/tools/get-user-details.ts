// Owns the tool that reads a user.
import { z } from "zod";
import { airlineTool } from "./airline-tool.ts";
import { findUser } from "./find-record.ts";

export const getUserDetails = airlineTool({
  name: "get_user_details",
  effect: "read",
  input: z.looseObject({ user_id: z.string() }),
  execute: (input, database) => findUser(database, input.user_id),
});
