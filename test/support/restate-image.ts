// Owns the image that the durable tests run Restate from in containers: made here of the very binary
// that npm installed, so that it is the same version and no registry is asked for it.
import { constants } from "node:fs";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { type ContainerRuntimeClient, getContainerRuntimeClient, ImageName } from "testcontainers";
import { serverBinary } from "../../services/engine/restate-server.ts";

// The binary is static. Without certificates it panics.
const DOCKERFILE = `FROM scratch
COPY certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY restate-server /usr/local/bin/restate-server
ENTRYPOINT ["/usr/local/bin/restate-server"]
`;

/** Undefined where no container engine answers. */
export async function findContainerEngine(): Promise<ContainerRuntimeClient | undefined> {
  return getContainerRuntimeClient().catch(() => undefined);
}

/** The image's name. HOLDFAST_RESTATE_IMAGE takes another one, which the engine then pulls. */
export async function restateImage(engine: ContainerRuntimeClient): Promise<string> {
  const given = process.env["HOLDFAST_RESTATE_IMAGE"];
  if (given !== undefined) {
    await engine.image.pull(ImageName.fromString(given));
    return given;
  }
  const name = `holdfast-test/restate:${serverVersion()}`;
  if (!(await engine.image.exists(ImageName.fromString(name)))) await build(engine, name);
  return name;
}

async function build(engine: ContainerRuntimeClient, name: string): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), "holdfast-image-"));
  try {
    await writeFile(join(context, "Dockerfile"), DOCKERFILE);
    await writeFile(join(context, "certificates.crt"), rootCertificates.join("\n"));
    const binary = join(context, "restate-server");
    await copyFile(serverBinary(), binary, constants.COPYFILE_FICLONE);
    await engine.image.build(context, { t: name, dockerfile: "Dockerfile" });
  } finally {
    await rm(context, { recursive: true });
  }
}

function serverVersion(): string {
  const manifest = createRequire(import.meta.url)("@restatedev/restate-server/package.json") as {
    version: string;
  };
  return manifest.version;
}
