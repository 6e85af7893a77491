// Owns the proof that the import table says what ARCHITECTURE, section 2, says: which import of
// which room stands and which is refused. That the linter asks it is lint.test.ts's.
import { describe, expect, it } from "vitest";
import { judgeImport } from "../../scripts/house-rules/judge-import.ts";

type Case = readonly [file: string, specifier: string];

const STANDS: readonly Case[] = [
  ["contract/tool.ts", "zod"],
  ["contract/tool.ts", "@standard-schema/spec"],
  ["contract/index.ts", "./ids.ts"],
  ["core/reduce.ts", "../contract/event.ts"],
  ["core/transition/message.ts", "../task-head.ts"],
  ["core/digest.ts", "node:crypto"],
  ["core/digest.ts", "canonicalize"],
  ["tools/http-get.ts", "./define-tool.ts"],
  ["tools/http-get.ts", "../contract/tool.ts"],
  ["objects/agent/run.ts", "@restatedev/restate-sdk"],
  ["objects/agent/run.ts", "../../core/decide.ts"],
  ["objects/agent/public/start.ts", "../run.ts"],
  ["services/model/gate.ts", "./retry-after.ts"],
  ["services/model/gate.ts", "openai/resources/responses"],
  ["services/model/gate.ts", "node:timers/promises"],
  ["services/model/gate.ts", "@restatedev/restate-sdk"],
  ["services/tool-host/host.ts", "../../tools/define-tool.ts"],
  ["services/server.ts", "../objects/agent/agent-object.ts"],
  ["services/server.ts", "./model/gate.ts"],
  ["services/server.ts", "./config.ts"],
  ["gateway/routes.ts", "@restatedev/restate-sdk-clients"],
  ["evidence/verify-export.ts", "../core/log.ts"],
  ["evidence/verify-export.ts", "jose"],
  ["gateway/routes.ts", "../evidence/verify-export.ts"],
  ["cli/main.ts", "../evidence/verify-export.ts"],
  ["cli/main.ts", "../contract/api.ts"],
  ["cli/main.ts", "../gateway/create-gateway.ts"],
  ["cli/main.ts", "../services/config.ts"],
  ["console/page.tsx", "react"],
  ["console/fleet/list.tsx", "../table/rows.ts"],
  ["testing/ledger.ts", "../index.ts"],
  ["testing/ledger.ts", "../core/reduce.ts"],
  ["index.ts", "./services/server.ts"],
  ["examples/refund-desk/start.ts", "../../index.ts"],
  ["examples/refund-desk/start.ts", "../../services/config.ts"],
  ["examples/refund-desk/start.ts", "./agent.ts"],
  ["examples/refund-desk/agent.ts", "./tools/find-order.ts"],
  ["examples/refund-desk/tools/find-order.ts", "zod"],
  ["bench/run.ts", "../testing/index.ts"],
  ["test/core/reduce.test.ts", "../../core/reduce.ts"],
  ["vitest.config.ts", "./test/requirements.ts"],
];

const REFUSED: readonly Case[] = [
  ["contract/tool.ts", "../core/digest.ts"],
  ["contract/tool.ts", "@restatedev/restate-sdk"],
  ["contract/tool.ts", "node:crypto"],
  ["core/reduce.ts", "zod"],
  ["core/reduce.ts", "node:crypto"],
  ["core/reduce.ts", "@restatedev/restate-sdk"],
  ["core/reduce.ts", "../objects/agent/run.ts"],
  ["core/digest.ts", "node:fs"],
  ["tools/http-get.ts", "./sql-query.ts"],
  ["tools/http-get.ts", "../core/digest.ts"],
  ["tools/http-get.ts", "@restatedev/restate-sdk"],
  ["objects/agent/run.ts", "../budget/object.ts"],
  ["objects/agent/run.ts", "../../services/model/gate.ts"],
  ["objects/agent/run.ts", "../../tools/define-tool.ts"],
  ["objects/agent/run.ts", "node:timers"],
  ["objects/agent/run.ts", "pino"],
  ["services/model/gate.ts", "../waiter/waiter.ts"],
  ["services/model/gate.ts", "../config.ts"],
  ["services/model/gate.ts", "../server.ts"],
  ["services/model/gate.ts", "../../tools/define-tool.ts"],
  ["services/model/gate.ts", "../../objects/agent/run.ts"],
  ["services/model/gate.ts", "vitest"],
  ["services/tool-host/host.ts", "../model/gate.ts"],
  ["services/server.ts", "../test/support/restate.ts"],
  ["services/server.ts", "../testing/index.ts"],
  ["services/server.ts", "../examples/refund-desk/agent.ts"],
  ["evidence/verify-export.ts", "../services/config.ts"],
  ["evidence/verify-export.ts", "@restatedev/restate-sdk-clients"],
  ["objects/evidence/evidence-object.ts", "../../evidence/sign-head.ts"],
  ["gateway/routes.ts", "../objects/agent/run.ts"],
  ["gateway/routes.ts", "../services/server.ts"],
  ["gateway/routes.ts", "@restatedev/restate-sdk"],
  ["console/page.ts", "../core/reduce.ts"],
  ["console/page.ts", "../gateway/list/list-tasks.ts"],
  ["console/page.ts", "zod"],
  ["console/page.ts", "node:fs"],
  ["cli/main.ts", "../services/server.ts"],
  ["cli/main.ts", "../core/reduce.ts"],
  ["testing/ledger.ts", "../objects/agent/run.ts"],
  ["testing/ledger.ts", "vitest"],
  ["index.ts", "./testing/index.ts"],
  ["examples/refund-desk/start.ts", "../other-desk/agent.ts"],
  ["examples/refund-desk/start.ts", "../../objects/agent/run.ts"],
  ["examples/refund-desk/start.ts", "../../core/reduce.ts"],
  ["examples/refund-desk/agent.ts", "@restatedev/restate-sdk"],
  ["examples/refund-desk/tools/find-order.ts", "../../../services/config.ts"],
  ["bench/run.ts", "../objects/agent/run.ts"],
  ["attic/file.ts", "./other.ts"],
];

function judge([file, specifier]: Case): string | undefined {
  return judgeImport({ file, specifier, names: ["anything"] });
}

describe("the import table", () => {
  it.each(STANDS)("lets %s import %s", (...imported) => {
    expect(judge(imported)).toBeUndefined();
  });

  it.each(REFUSED)("refuses to let %s import %s", (file, specifier) => {
    expect(judge([file, specifier])).toContain(file);
  });

  it("grants types alone where that is all that may be there", () => {
    const page = { file: "console/page.ts", specifier: "../contract/status.ts", names: ["x"] };
    expect(judgeImport({ ...page, typeOnly: true })).toBeUndefined();
    expect(judgeImport(page)).toContain("types of contract/**");
    const core = { ...page, specifier: "../core/reduce.ts", typeOnly: true };
    expect(judgeImport(core)).toContain("may not import");
  });

  it("grants one name of a package where only that is listed", () => {
    const core = { file: "contract/agent.ts", specifier: "@restatedev/restate-sdk-core" };
    expect(judgeImport({ ...core, names: ["iface"] })).toBeUndefined();
    expect(judgeImport({ ...core, names: ["iface", "serde"] })).toContain("#iface");
    expect(judgeImport({ ...core, names: ["*"] })).toContain("#iface");
  });
});
