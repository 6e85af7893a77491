// Owns where the tests of S3 go: the small server of these tests, or a real one that the environment
// names (HOLDFAST_S3_ENDPOINT, HOLDFAST_S3_BUCKET, HOLDFAST_S3_KEY_ID, HOLDFAST_S3_SECRET; docs/artifacts.md).
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { S3ArtifactStoreOptions } from "../../../services/artifacts/s3-artifact-store.ts";
import { S3_BUCKET, S3_CREDENTIALS, startS3Server } from "./s3-server.ts";

const { HOLDFAST_S3_ENDPOINT, HOLDFAST_S3_BUCKET, HOLDFAST_S3_KEY_ID, HOLDFAST_S3_SECRET } = z
  .object({
    HOLDFAST_S3_ENDPOINT: z.url().optional(),
    HOLDFAST_S3_BUCKET: z.string().default(S3_BUCKET),
    HOLDFAST_S3_KEY_ID: z.string().default(S3_CREDENTIALS.accessKeyId),
    HOLDFAST_S3_SECRET: z.string().default(S3_CREDENTIALS.secretAccessKey),
  })
  .parse(process.env);

export interface S3Place {
  readonly options: S3ArtifactStoreOptions;
  close(): Promise<void>;
}

/** A place of its own in the bucket. */
export async function openS3Place(): Promise<S3Place> {
  const own = HOLDFAST_S3_ENDPOINT === undefined ? await startS3Server() : undefined;
  return {
    options: {
      bucket: HOLDFAST_S3_BUCKET,
      region: "us-east-1",
      endpoint: own?.endpoint ?? HOLDFAST_S3_ENDPOINT ?? "",
      prefix: `test-${randomUUID()}`,
      pathStyle: true,
      credentials: { accessKeyId: HOLDFAST_S3_KEY_ID, secretAccessKey: HOLDFAST_S3_SECRET },
    },
    close: async () => own?.close(),
  };
}
