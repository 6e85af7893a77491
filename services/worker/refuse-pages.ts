// Owns that no page of another site works the runtime through a browser: the ingress of this machine answers
// whoever asks, and lets every page read the answer. A browser always says whose page it is.
import type { HooksProvider } from "@restatedev/restate-sdk";
import { hostIn, isLoopback } from "../../core/is-loopback.ts";
import { problem } from "../../handler/problem.ts";

/** Fails with 421 before the handler runs. Restate's own console is a page of this machine. */
export const refusePages: HooksProvider = ({ request }) => {
  const origin = request.headers.get("origin");
  if (origin === undefined || isLoopback(hostIn(origin))) return {};
  const refuse = async () => {
    throw problem(
      "foreign_origin",
      "web pages of other sites are not answered here; let them call the gateway",
    );
  };
  return { interceptor: { handler: refuse } };
};
