// Owns artifacts on S3 or what speaks its language: one object for each, PUT whole and GET whole.
// Equal bytes have equal keys, so nothing here needs a lock or a condition.
import type * as S3 from "@aws-sdk/client-s3";
import type { ArtifactStore } from "../../contract/artifact.ts";
import { MAX_ARTIFACT_BYTES } from "../../contract/artifact.ts";
import type { ArtifactStorage } from "./artifact-storage.ts";
import { type ArtifactEncryption, createArtifactStore } from "./create-artifact-store.ts";
import { readBody } from "./read-s3-body.ts";
import { isNotThere, reasonOf } from "./s3-reason.ts";

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** After it they are asked for anew, where they come from a function. */
  readonly expiration?: Date;
}

export interface S3ArtifactStoreOptions extends ArtifactEncryption {
  /** It has to be there; the store makes none. */
  readonly bucket: string;
  /** Such as `eu-central-1`; servers other than AWS mostly take `us-east-1`. */
  readonly region: string;
  /** Such as `https://storage.example.com`. Default: AWS's own for the region. */
  readonly endpoint?: string;
  /** What every key begins with, such as `holdfast`. Default: nothing. */
  readonly prefix?: string;
  /** The bucket's name in the path and not in the host's name. Default: false. */
  readonly pathStyle?: boolean;
  /**
   * S3's own checksums in requests and answers; the digest is checked whatever this says. Some
   * servers refuse them or give wrong ones: `when-required` for those. Default: `always`.
   */
  readonly checksums?: "always" | "when-required";
  /** Default: the SDK's chain (environment, profile, web identity, container, instance). */
  readonly credentials?: S3Credentials | (() => Promise<S3Credentials>);
  /** Bound of one request with its body, in milliseconds. Default: 60,000. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** What encryption adds is less. */
const LARGEST_OBJECT = MAX_ARTIFACT_BYTES + 1024;
const BUCKET = /^[a-zA-Z0-9][a-zA-Z0-9._-]{1,254}$/;
const PREFIX = /^[a-zA-Z0-9][a-zA-Z0-9._-]*(\/[a-zA-Z0-9][a-zA-Z0-9._-]*)*$/;

/** Throws an Error that names what is wrong with the options. Connects at the first use. */
export function createS3ArtifactStore(options: S3ArtifactStoreOptions): ArtifactStore {
  checkOptions(options);
  return createArtifactStore(s3Storage(options), options);
}

function s3Storage(options: S3ArtifactStoreOptions): ArtifactStorage {
  const { bucket: Bucket, prefix, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const keyOf = (key: string): string => (prefix === undefined ? key : `${prefix}/${key}`);
  let loaded: Promise<Loaded> | undefined;
  const load = (): Promise<Loaded> => (loaded ??= loadClient(options));
  const bounded = <T>(work: (s3: Loaded, abortSignal: AbortSignal) => Promise<T>): Promise<T> =>
    within(timeoutMs, async (abortSignal) => work(await load(), abortSignal));
  const read: ArtifactStorage["read"] = (key) =>
    bounded(async ({ client, GetObjectCommand }, abortSignal) => {
      const get = new GetObjectCommand({ Bucket, Key: keyOf(key) });
      try {
        const { Body } = await client.send(get, { abortSignal });
        return await readBody(Body, LARGEST_OBJECT, abortSignal);
      } catch (error) {
        if (isNotThere(error)) return undefined;
        throw error;
      }
    });
  return {
    read,
    write: (key, bytes) =>
      bounded(async ({ client, PutObjectCommand }, abortSignal) => {
        const object = { Body: bytes, ContentType: "application/octet-stream" };
        const put = new PutObjectCommand({ Bucket, Key: keyOf(key), ...object });
        await client.send(put, { abortSignal });
      }),
    // A delete says the same of what was not there.
    remove: async (key) =>
      (await read(key)) !== undefined &&
      bounded(async ({ client, DeleteObjectCommand }, abortSignal) => {
        await client.send(new DeleteObjectCommand({ Bucket, Key: keyOf(key) }), { abortSignal });
        return true;
      }),
  };
}

/** Also of what the SDK does before a request, such as asking for credentials. */
async function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(ms);
  const late = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => late.reject(signal.reason));
  try {
    return await Promise.race([work(signal), late.promise]);
  } catch (error) {
    // Its cause holds the request: a signature, and whose it is.
    // oxlint-disable-next-line preserve-caught-error
    throw new Error(signal.aborted ? `no answer within ${ms} ms` : reasonOf(error));
  }
}

interface Loaded extends Pick<
  typeof S3,
  "GetObjectCommand" | "PutObjectCommand" | "DeleteObjectCommand"
> {
  readonly client: S3.S3Client;
}

/** The SDK takes a tenth of a second and 35 MB, and most apps keep files. */
async function loadClient(options: S3ArtifactStoreOptions): Promise<Loaded> {
  const { region, endpoint, pathStyle = false, checksums = "always", credentials } = options;
  const { S3Client, ...commands } = await import("@aws-sdk/client-s3");
  const when = checksums === "always" ? "WHEN_SUPPORTED" : "WHEN_REQUIRED";
  const client = new S3Client({
    region,
    forcePathStyle: pathStyle,
    requestChecksumCalculation: when,
    responseChecksumValidation: when,
    // Whoever waits for the store tries again, with pauses that the engine keeps (L12).
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  return { client, ...commands };
}

function checkOptions({ bucket, region, endpoint, prefix, timeoutMs }: S3ArtifactStoreOptions) {
  const problems = [
    ...(BUCKET.test(bucket) ? [] : ["bucket must be a bucket's name"]),
    ...(region === "" ? ["region must not be empty"] : []),
    ...(endpoint === undefined || isOrigin(endpoint)
      ? []
      : ["endpoint must be http:// or https:// and a host, without credentials"]),
    ...(prefix === undefined || PREFIX.test(prefix)
      ? []
      : ["prefix must be names of letters, digits, `.`, `_` and `-`, with `/` between them"]),
    ...(timeoutMs === undefined || (Number.isSafeInteger(timeoutMs) && timeoutMs > 0)
      ? []
      : ["timeoutMs must be a whole number of milliseconds above 0"]),
  ];
  if (problems.length > 0) throw new Error(`the S3 artifact store: ${problems.join("; ")}`);
}

function isOrigin(endpoint: string): boolean {
  const url = URL.parse(endpoint);
  const isHttp = url?.protocol === "http:" || url?.protocol === "https:";
  return isHttp && url.username === "" && url.password === "";
}
