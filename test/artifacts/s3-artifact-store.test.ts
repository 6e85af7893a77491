// Owns what S3 adds to an artifact store: its keys, its failures, its bounds, and whose credentials it
// tells nobody. What every store does is artifact-store.test.ts's.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { S3ArtifactStoreOptions } from "../../services/artifacts/s3-artifact-store.ts";
import { createS3ArtifactStore } from "../../services/artifacts/s3-artifact-store.ts";
import { S3_BUCKET, S3_CREDENTIALS, type S3Server, startS3Server } from "./support/s3-server.ts";

let s3: S3Server;
beforeAll(async () => {
  s3 = await startS3Server();
});
afterAll(() => s3.close());
beforeEach(() => {
  s3.objects.clear();
  s3.requests.length = 0;
  s3.fault = () => undefined;
});

const WORDS = new TextEncoder().encode("words of a customer");
const optionsWith = (over: Partial<S3ArtifactStoreOptions>): S3ArtifactStoreOptions => ({
  bucket: S3_BUCKET,
  region: "us-east-1",
  endpoint: s3.endpoint,
  pathStyle: true,
  credentials: S3_CREDENTIALS,
  ...over,
});
const storeWith = (over: Partial<S3ArtifactStoreOptions> = {}) =>
  createS3ArtifactStore(optionsWith(over)).ofTenant("acme");
const put = (store = storeWith()) => store.put(WORDS, "text/plain");
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as Error,
  );

describe("R30 artifacts on S3", () => {
  it("R47 have keys of the tenant and the digest, below the prefix", async () => {
    const { sha256 } = await put(storeWith({ prefix: "holdfast/live" }));
    const key = `holdfast/live/tenants/acme/${sha256.slice(0, 2)}/${sha256}`;
    expect([...s3.objects.keys()]).toEqual([key]);
    expect(Buffer.from(s3.objects.get(key) ?? "").equals(WORDS)).toBe(true);
  });

  it("are written once however often they are put, without a condition or a lock", async () => {
    const store = storeWith();
    const refs = await Promise.all([put(store), put(store), put()]);
    await put(store);
    const { sha256 } = refs[0];
    const key = `tenants/acme/${sha256.slice(0, 2)}/${sha256}`;
    expect([...s3.objects.keys()]).toEqual([key]);
    // Those at once could not know of each other; the last one found it.
    expect(s3.requests.at(-1)).toBe(`GET ${key}`);
    expect(new Set(s3.requests)).toEqual(new Set([`GET ${key}`, `PUT ${key}`]));
  });

  it.each(["always", "when-required"] as const)("with checksums %s", async (checksums) => {
    const store = storeWith({ checksums });
    const ref = await put(store);
    expect(Buffer.from(await store.get(ref)).equals(WORDS)).toBe(true);
  });

  it.each([
    ["503 SlowDown", { kind: "answers", status: 503, code: "SlowDown" }],
    ["403 AccessDenied", { kind: "answers", status: 403, code: "AccessDenied" }],
    ["404 NoSuchBucket", { kind: "answers", status: 404, code: "NoSuchBucket" }],
    ["no answer within 300 ms", { kind: "silent" }],
  ] as const)(
    "F37 are neither stored nor missing while it says %s, and are as soon as it is back",
    async (reason, fault) => {
      const timeoutMs = fault.kind === "silent" ? 300 : 60_000;
      const failing = storeWith({ timeoutMs });
      s3.fault = () => fault;
      const gone = "0".repeat(64);
      await expect(put(failing)).rejects.toThrow(
        new RegExp(`^could not store artifact [0-9a-f]{64} of 19 bytes: ${reason}$`),
      );
      await expect(failing.find(gone)).rejects.toThrow(
        `could not read artifact ${gone}: ${reason}`,
      );
      expect(s3.objects.size).toBe(0);
      // One request each at most: whoever waits tries again, and nobody else.
      expect(s3.requests.length).toBeLessThanOrEqual(2);
      s3.fault = () => undefined;
      const store = storeWith();
      expect(Buffer.from(await store.get(await put(store))).equals(WORDS)).toBe(true);
      expect(await store.find(gone)).toBeUndefined();
    },
  );

  it("F37 a write that is lost gives out no reference", async () => {
    const store = storeWith();
    s3.fault = ({ method }) =>
      method === "PUT" ? { kind: "answers", status: 500, code: "InternalError" } : undefined;
    await expect(put(store)).rejects.toThrow(/500 InternalError$/);
  });

  it("F37 a server that is not there is named by the system's code", async () => {
    const store = storeWith({ endpoint: "http://127.0.0.1:1" });
    await expect(put(store)).rejects.toThrow(/: ECONNREFUSED$/);
  });

  it.each([
    ["another body under the key", { kind: "lies", body: Buffer.from("WORDS OF A CUSTOMER") }],
    ["a longer one", { kind: "lies", body: Buffer.alloc(100_000) }],
  ] as const)("a server that lies is found out: %s", async (_, fault) => {
    const store = storeWith();
    const ref = await put(store);
    s3.fault = () => fault;
    const error = await failureOf(store.get(ref));
    expect(error?.message).toBe(`artifact ${ref.sha256} does not have its digest`);
    // And what is there damaged is put right by whoever puts it again.
    s3.fault = ({ method }) => (method === "GET" ? fault : undefined);
    s3.objects.clear();
    await put(store);
    expect(s3.objects.size).toBe(1);
  });

  it("with a wrong checksum of S3's are refused, and are taken by their digest where that is not asked for", async () => {
    const ref = await put();
    s3.fault = () => ({ kind: "miscounts" });
    await expect(storeWith().get(ref)).rejects.toThrow(/: ChecksumMismatch$/);
    const without = storeWith({ checksums: "when-required" });
    expect(Buffer.from(await without.get(ref)).equals(WORDS)).toBe(true);
  });

  it("F37 a body that is cut, drips or never ends is an outage and no artifact", async () => {
    const store = storeWith();
    const ref = await put(store);
    s3.fault = () => ({ kind: "cuts" });
    await expect(store.get(ref)).rejects.toThrow(/^could not read artifact [0-9a-f]{64}: /);
    s3.fault = () => ({ kind: "drips" });
    await expect(storeWith({ timeoutMs: 500 }).get(ref)).rejects.toThrow(
      /: no answer within 500 ms$/,
    );
    s3.fault = () => undefined;
    expect(Buffer.from(await store.get(ref)).equals(WORDS)).toBe(true);
  });

  it("R44 F39 credentials are in no error, also where the server quotes them", async () => {
    const secret = { accessKeyId: "AKIANOBODYSKEY", secretAccessKey: "hush-hush" };
    const errors = [
      await failureOf(put(storeWith({ credentials: secret }))),
      await failureOf(put(storeWith({ credentials: async () => secret }))),
      await failureOf(
        put(storeWith({ credentials: () => Promise.reject(new Error("hush-hush")) })),
      ),
    ];
    for (const error of errors) {
      for (let each: unknown = error; each instanceof Error; each = each.cause) {
        const told = `${JSON.stringify(each)} ${each.message} ${each.stack}`;
        expect(told).not.toMatch(/AKIANOBODYSKEY|hush/);
      }
    }
    expect(errors[0]?.message).toMatch(/: 403 SignatureDoesNotMatch$/);
    expect(errors.every((error) => error !== undefined)).toBe(true);
  });

  it("are bounded in time also while credentials are waited for", async () => {
    const credentials = () => new Promise<never>(() => undefined);
    await expect(put(storeWith({ credentials, timeoutMs: 100 }))).rejects.toThrow(
      /: no answer within 100 ms$/,
    );
  });

  it("with options that cannot be right are refused at once, by name", () => {
    const wrong = (over: Partial<S3ArtifactStoreOptions>) => () =>
      createS3ArtifactStore(optionsWith(over));
    expect(wrong({ bucket: "a/b" })).toThrow("bucket must be a bucket's name");
    expect(wrong({ region: "" })).toThrow("region must not be empty");
    expect(wrong({ prefix: "../x" })).toThrow("prefix must be names");
    expect(wrong({ timeoutMs: 0 })).toThrow("timeoutMs must be");
    for (const endpoint of ["s3.local", "ftp://s3.local", "http://key:hush@s3.local"]) {
      expect(wrong({ endpoint })).toThrow(/endpoint must be .*, without credentials$/);
      expect(wrong({ endpoint })).not.toThrow(/hush/);
    }
  });
});
