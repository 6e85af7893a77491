// Owns that the S3 of a cluster on one machine does what Restate takes from a real one, as seen by
// AWS's own client: whole objects, ranges, conditions, parts and lists.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Listening } from "../../cli/cluster/loopback.ts";
import { startS3Server } from "../../cli/cluster/s3-server.ts";

const Bucket = "restate";

describe("S3 of a folder", () => {
  let directory: string;
  let server: Listening;
  let s3: S3Client;
  const open = async () => {
    server = await startS3Server(directory, 0);
    s3 = new S3Client({
      endpoint: server.url,
      region: "local",
      forcePathStyle: true,
      credentials: { accessKeyId: "any", secretAccessKey: "any" },
      requestChecksumCalculation: "WHEN_REQUIRED",
      maxAttempts: 1,
    });
  };
  const put = (
    Key: string,
    Body: string,
    condition: { IfMatch?: string; IfNoneMatch?: string } = {},
  ) => s3.send(new PutObjectCommand({ Bucket, Key, Body, ...condition }));
  const get = async (Key: string, Range?: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, Range }));
    return Body?.transformToString();
  };
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "holdfast-s3-"));
    await open();
  });
  afterAll(async () => {
    s3.destroy();
    await server.close();
    await rm(directory, { recursive: true });
  });

  it("keeps objects whole, also after it was started again", async () => {
    const { ETag } = await put("a/one &<ü>.json", "one");
    await put("a/empty", "");
    s3.destroy();
    await server.close();
    await open();
    expect(await get("a/one &<ü>.json")).toBe("one");
    expect(await get("a/empty")).toBe("");
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "a/one &<ü>.json" }));
    expect(head).toMatchObject({ ContentLength: 3, ETag });
  });

  it("gives a part of an object, and says when there is none", async () => {
    await put("digits", "0123456789");
    expect(await get("digits", "bytes=2-4")).toBe("234");
    expect(await get("digits", "bytes=7-100")).toBe("789");
    expect(await get("digits", "bytes=-2")).toBe("89");
    await expect(get("digits", "bytes=10-")).rejects.toMatchObject({ name: "InvalidRange" });
  });

  it("writes only what was not there, or what is as it was read", async () => {
    await put("latest", "1", { IfNoneMatch: "*" });
    const refused = { name: "PreconditionFailed", $metadata: { httpStatusCode: 412 } };
    await expect(put("latest", "2", { IfNoneMatch: "*" })).rejects.toMatchObject(refused);
    const { ETag = "" } = await s3.send(new HeadObjectCommand({ Bucket, Key: "latest" }));
    // Of eight who have read the same, one writes.
    const written = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => put("latest", `by ${index}`, { IfMatch: ETag })),
    );
    const winners = written.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : []));
    expect(winners).toHaveLength(1);
    expect(await get("latest")).toBe(`by ${winners[0]}`);
    await expect(put("not there", "x", { IfMatch: ETag })).rejects.toMatchObject(refused);
  });

  it("puts an upload together from its parts, and forgets one that is given up", async () => {
    const begin = new CreateMultipartUploadCommand({ Bucket, Key: "large" });
    const { UploadId } = await s3.send(begin);
    const Parts = [];
    for (const PartNumber of [2, 1]) {
      const Body = String(PartNumber).repeat(70_000);
      const part = { Bucket, Key: "large", UploadId, PartNumber, Body };
      const { ETag } = await s3.send(new UploadPartCommand(part));
      Parts.unshift({ PartNumber, ETag });
    }
    await expect(get("large")).rejects.toMatchObject({ name: "NoSuchKey" });
    const complete = { Bucket, Key: "large", UploadId, MultipartUpload: { Parts } };
    await s3.send(new CompleteMultipartUploadCommand(complete));
    expect(await get("large")).toBe("1".repeat(70_000) + "2".repeat(70_000));
    expect(await readdir(join(directory, "unfinished"))).toEqual([]);
  });

  it("lists by prefix, with common prefixes, a page at a time", async () => {
    const keys = ["list/0/a", "list/0/b", "list/1/a", "list/top"];
    for (const key of keys) await put(key, "x");
    const ask = (more: object) =>
      s3.send(new ListObjectsV2Command({ Bucket, Prefix: "list/", ...more }));
    const all = await ask({});
    expect(all.Contents?.map(({ Key }) => Key)).toEqual(keys);
    const folders = await ask({ Delimiter: "/" });
    expect(folders.CommonPrefixes).toEqual([{ Prefix: "list/0/" }, { Prefix: "list/1/" }]);
    expect(folders.Contents?.map(({ Key }) => Key)).toEqual(["list/top"]);
    const first = await ask({ MaxKeys: 3 });
    expect(first).toMatchObject({ IsTruncated: true, KeyCount: 3 });
    const rest = await ask({ MaxKeys: 3, ContinuationToken: first.NextContinuationToken });
    expect(rest).toMatchObject({ IsTruncated: false, Contents: [{ Key: "list/top" }] });
  });

  it("removes one, several, and what was not there", async () => {
    for (const key of ["gone/1", "gone/2", "gone/3"]) await put(key, "x");
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "gone/1" }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "gone/1" }));
    const Objects = [{ Key: "gone/2" }, { Key: "gone/3" }];
    await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    const left = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "gone/" }));
    expect(left.KeyCount).toBe(0);
  });

  it("has no key that leads out of its folder", async () => {
    for (const path of ["%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%2f..%2fetc%2fpasswd", "%2e%2e"]) {
      const response = await fetch(`${server.url}/${Bucket}/${path}`, { method: "PUT", body: "x" });
      expect([200, 405]).toContain(response.status);
    }
    const outside = (await readdir(directory)).toSorted();
    expect(outside).toEqual(["objects", "unfinished"]);
    const long = await fetch(`${server.url}/${Bucket}/${"x".repeat(300)}`, { method: "PUT" });
    expect(long.status).toBe(400);
  });
});
