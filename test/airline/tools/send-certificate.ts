// Owns the tool that gives a user a certificate to pay with.
import { z } from "zod";
import { airlineTool, Refusal } from "./airline-tool.ts";
import { findUser } from "./find-record.ts";

const NEW_IDS = ["certificate_3221322", "certificate_3221323", "certificate_3221324"];

export const sendCertificate = airlineTool({
  name: "send_certificate",
  effect: "financial",
  input: z.looseObject({ user_id: z.string(), amount: z.number() }),
  execute: (input, database) => {
    const user = findUser(database, input.user_id);
    const id = NEW_IDS.find((candidate) => !Object.hasOwn(user.payment_methods, candidate));
    if (id === undefined) throw new Refusal("Error: no certificate id is free");
    const certificate = { source: "certificate", amount: input.amount, id } as const;
    database.put("users", input.user_id, {
      ...user,
      payment_methods: { ...user.payment_methods, [id]: certificate },
    });
    return `Certificate ${id} added to user ${input.user_id} with amount ${input.amount}.`;
  },
});
