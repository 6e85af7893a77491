// Owns which handlers take plain input: those that people may call, and only when they answer
// people so that these can read it.
import { handlers, object, type Serde, serde, service } from "@restatedev/restate-sdk";
import { describe, expect, it } from "vitest";
import { answerJson } from "../../contract/readable.ts";
import { findPublicHandlers } from "../../services/encryption/public-handlers.ts";
import { waiterService } from "../../services/waiter/waiter-service.ts";

const work = async () => "";

describe("R44 handlers that take plain input", () => {
  it("are those that the ingress lets anyone call", async () => {
    const desk = object({
      name: "desk",
      handlers: {
        open: handlers.object.shared({ output: answerJson<string>() }, work),
        apply: handlers.object.exclusive({ ingressPrivate: true }, work),
      },
    });
    const inner = service({
      name: "inner",
      handlers: {
        shut: work,
        open: handlers.handler({ ingressPrivate: false, output: answerJson<string>() }, work),
      },
      options: { ingressPrivate: true },
    });
    const found = await findPublicHandlers([desk, inner, waiterService]);
    expect([...found].toSorted()).toEqual(["desk/open", "inner/open"]);
  });

  it("are refused where they would answer people in ciphertext", async () => {
    const desks = [
      service({ name: "desk", handlers: { open: work } }),
      service({
        name: "desk",
        handlers: { open: handlers.handler({ output: serde.json as Serde<string> }, work) },
      }),
    ];
    for (const desk of desks) {
      await expect(findPublicHandlers([desk])).rejects.toThrow(
        "the public handler desk/open would answer with an encrypted value; give it output: answerJson()",
      );
    }
  });
});
