// Owns what telemetry costs who does not use it, and which settings switch it on.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { readTelemetryConfig } from "../../services/config.ts";

const FILE = new URL("./support/module-worker.ts", import.meta.url).pathname;
const ENDPOINT = "http://127.0.0.1:9";

async function loadedBy(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [FILE], {
    env: { NODE_NO_WARNINGS: "1", ...env },
  });
  return JSON.parse(stdout) as readonly string[];
}

it("an app without telemetry loads nothing that makes or sends spans", async () => {
  const [off, on] = await Promise.all([
    loadedBy({}),
    loadedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT }),
  ]);
  // prom-client's, which is of the gateway.
  expect(off).toEqual(["@opentelemetry/api"]);
  expect(on).toContain("@opentelemetry/exporter-trace-otlp-proto");
  expect(on).toContain("@restatedev/restate-sdk-opentelemetry");
});

it("the standard variables switch it on, and content only by its own", () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT };
  expect(readTelemetryConfig({})).toBeUndefined();
  expect(readTelemetryConfig({ OTEL_SERVICE_NAME: "desk" })).toBeUndefined();
  expect(readTelemetryConfig(endpoint)).toEqual({ endpoint: ENDPOINT, content: false });
  expect(
    readTelemetryConfig({
      ...endpoint,
      OTEL_SERVICE_NAME: "desk",
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true",
    }),
  ).toEqual({ endpoint: ENDPOINT, serviceName: "desk", content: true });
  expect(readTelemetryConfig({ ...endpoint, OTEL_SDK_DISABLED: "true" })).toBeUndefined();
  expect(() => readTelemetryConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" })).toThrow(
    /^OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https URL/,
  );
});
