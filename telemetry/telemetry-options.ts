// Owns what telemetry is told: where spans go, and whether they hold content. Types only, so that
// naming them loads nothing.

export interface TelemetryOptions {
  /** Of an OTLP collector over HTTP, such as http://127.0.0.1:4318; spans are posted to its /v1/traces. */
  readonly endpoint: string;
  /** Default `holdfast`. */
  readonly serviceName?: string;
  /** Sent with each post, such as what the collector authenticates by. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /**
   * Also puts into the spans what people, models and tools said: instructions, messages, answers,
   * arguments and results, each cut at 32 KiB. Whoever reads the traces reads all of that, and neither
   * encryption nor erasure reaches it there. Default false.
   */
  readonly content?: boolean;
}
