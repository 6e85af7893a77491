// Owns the lifecycle page of the example's agent: `node scripts/write-lifecycle.ts` writes it anew, and
// a test compares it.
import { writeFile } from "node:fs/promises";
import { refundDesk } from "../examples/refund-desk/agent.ts";
import { lifecycleOf, lifecyclePage } from "../index.ts";

export const LIFECYCLE_PAGE = "docs/lifecycle-refund-desk.md";

/** As it has to be. No tool is called, so there is no shop. */
export function refundDeskPage(): string {
  const agent = refundDesk({} as Parameters<typeof refundDesk>[0], {
    provider: "model",
    model: "model",
  });
  return lifecyclePage(lifecycleOf(agent), { toProject: "../" });
}

if (import.meta.main) await writeFile(LIFECYCLE_PAGE, refundDeskPage());
