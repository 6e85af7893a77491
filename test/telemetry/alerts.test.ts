// Owns that the dashboard and the alert rules are about what /metrics truly has, that each alert has its
// page, and, where promtool is installed, that alerts fire when they should.
import { execFile, spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { createGateway } from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { PATIENCE } from "../agent/support/task.ts";
import { type GatewayScene, openGatewayScene } from "../gateway/support/gateway-scene.ts";
import { groupedBy, type Sample, samplesIn, selectorsIn } from "./support/promql.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const RULES = join(ROOT, "deploy/alerts/holdfast.rules.yaml");

const rulesSchema = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Holdfast[A-Z]\w+$/),
          expr: z.string(),
          for: z.string().optional(),
          labels: z.strictObject({ severity: z.enum(["page", "ticket"]) }),
          annotations: z.strictObject({ summary: z.string(), runbook_url: z.string() }),
        }),
      ),
    }),
  ),
});
const dashboardSchema = z.object({
  panels: z.array(
    z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) }),
  ),
});

const { groups } = rulesSchema.parse(parse(await readFile(RULES, "utf8")));
const rules = groups.flatMap((group) => group.rules);
const { panels } = dashboardSchema.parse(
  JSON.parse(await readFile(join(ROOT, "deploy/grafana/holdfast.json"), "utf8")),
);
const queries = [
  ...rules.map(({ alert, expr }) => ({ where: alert, expr })),
  ...panels.flatMap(({ title, targets }) =>
    // As Grafana asks when all agents are chosen.
    targets.map(({ expr }) => ({ where: title, expr: expr.replaceAll("$agent", ".*") })),
  ),
];

describe("the dashboard and the alerts", () => {
  let scene: GatewayScene;
  let samples: readonly Sample[];

  beforeAll(async () => {
    scene = await openGatewayScene();
    const as = scene.keyOf("acme");
    const path = "/v1/agents/desk/tasks/seen";
    await scene.call(`${path}/start`, { method: "POST", as, body: { message: "hello" } });
    await vi.waitFor(async () => {
      const { body, text } = await scene.call(`${path}/status`, { as });
      if (body["status"] !== "idle") throw new Error(text);
    }, PATIENCE);
    // One that reads the server's lists, and reaches no task: its requests end with 503.
    const { fetch } = createGateway({
      ingressUrl: "http://127.0.0.1:9",
      adminUrl: scene.engine.adminUrl,
      logger: createLogger("silent"),
    });
    await fetch(new Request("http://127.0.0.1/ready"));
    const scrape = await fetch(new Request("http://127.0.0.1/metrics"));
    // Prometheus adds where it has them from, and whether it got them.
    const added = { job: "holdfast", instance: "here" };
    samples = [
      { name: "up", labels: added },
      ...samplesIn(await scrape.text()).map(({ name, labels }) => ({
        name,
        labels: { ...labels, ...added },
      })),
    ];
  });
  afterAll(() => scene.stop());

  it.each(queries)("R67 $where asks for what /metrics has", ({ expr }) => {
    const selectors = selectorsIn(expr);
    expect(selectors).not.toEqual([]);
    for (const { text, matches } of selectors) {
      const found = samples.filter(matches);
      expect(found.length, text).toBeGreaterThan(0);
      for (const label of groupedBy(expr))
        expect(
          found.filter(({ labels }) => label in labels),
          `${label} of ${text}`,
        ).not.toEqual([]);
    }
  });

  it("the tokens that tasks have used are there, and services that fail", () => {
    const tokens = { name: "holdfast_task_tokens", labels: { agent: "desk", direction: "input" } };
    expect(samples).toContainEqual(
      expect.objectContaining({ ...tokens, labels: expect.objectContaining(tokens.labels) }),
    );
    const services = samples.filter(({ name }) => name === "holdfast_invocations_retrying");
    expect(services.map(({ labels }) => labels["service"])).toContain("tools.refund");
  });

  it("R47 no label names a task, a person or a tenant", () => {
    expect(JSON.stringify(samples)).not.toMatch(/acme|ann|seen/);
  });
});

describe("an alert", () => {
  it.each(rules)("R77 $alert has a page that says what to do", async ({ alert, annotations }) => {
    const page = await readFile(join(ROOT, annotations.runbook_url), "utf8");
    expect(page, alert).toMatch(/^# Runbook: .*\n[^]*^(?:1\. |\| `)/m);
  });

  const PROMTOOL = "promtool";
  const hasPromtool = spawnSync(PROMTOOL, ["--version"]).status === 0;
  it.skipIf(!hasPromtool)(
    "fires when it should and at no other time (needs promtool: apt-get install prometheus)",
    async () => {
      const run = promisify(execFile);
      const cases = join(ROOT, "test/telemetry/support/alerts.promtool.yaml");
      expect((await run(PROMTOOL, ["check", "rules", RULES])).stdout).toContain("SUCCESS");
      expect((await run(PROMTOOL, ["test", "rules", cases])).stdout).toContain("SUCCESS");
    },
    180_000,
  );
});
