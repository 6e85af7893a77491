// Owns the audit sink that is an HTTP endpoint: each batch is one POST of JSON lines, which counts as
// kept when it is answered with success. The other side takes each `id` once.
import type { AuditSink } from "../../contract/audit.ts";
import { sha256 } from "../../core/digest.ts";

export interface HttpAuditSinkOptions {
  /** http or https. */
  readonly url: string;
  /** Asked for each request, so that a secret in it is fresh and kept nowhere. */
  readonly headers?: () => Readonly<Record<string, string>> | Promise<Record<string, string>>;
}

/** Throws an Error for what is no URL, and for one with a user or a password. */
export function createHttpAuditSink({ url, headers }: HttpAuditSinkOptions): AuditSink {
  const { origin, pathname, username, password } = new URL(url);
  if (username !== "" || password !== "") {
    throw new Error("the audit sink's url has a user or a password; give them in headers");
  }
  return {
    // Without the query, which may be secret.
    name: `${origin}${pathname}`,
    async write(records, signal) {
      const lines = records.map((record) => JSON.stringify(record));
      const response = await fetch(url, {
        method: "POST",
        headers: {
          ...(await headers?.()),
          "content-type": "application/x-ndjson",
          "idempotency-key": sha256(records.map(({ id }) => id).join("\n")),
        },
        body: `${lines.join("\n")}\n`,
        // What it is sent to is what was configured.
        redirect: "error",
        signal,
      });
      await response.body?.cancel();
      if (!response.ok) {
        const error = new Error(`${origin}${pathname} answered ${response.status}`);
        throw Object.assign(error, { code: `HTTP ${response.status}` });
      }
    },
  };
}
