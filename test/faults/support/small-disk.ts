// Owns a disk that is small enough to be filled: a tmpfs, which takes root to mount. It is gone when the
// process is, however that ends but by SIGKILL.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SmallDisk {
  readonly directory: string;
  /** Until nothing more can be written. */
  fill(): Promise<void>;
  /** Takes away what filled it. */
  free(): Promise<void>;
  unmount(): void;
}

const CHUNK = Buffer.alloc(64 * 1024);

/** Throws where this process may not mount. */
export function mountSmallDisk(mebibytes: number): SmallDisk {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-disk-"));
  const unmount = (): void => {
    process.off("exit", unmount);
    // Whatever still has a file open there does not keep it in place.
    execFileSync("/bin/umount", ["--lazy", directory], { stdio: "ignore" });
    rmSync(directory, { recursive: true });
  };
  try {
    const options = `size=${mebibytes}m,mode=700`;
    execFileSync("/bin/mount", ["-t", "tmpfs", "-o", options, "holdfast-test", directory], {
      stdio: "ignore",
    });
  } catch (error) {
    rmSync(directory, { recursive: true });
    throw error;
  }
  process.once("exit", unmount);
  const ballast = join(directory, "ballast");
  return {
    directory,
    fill: async () => {
      const file = await open(ballast, "a");
      try {
        for (;;) await file.write(CHUNK);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      } finally {
        await file.close();
      }
    },
    free: () => rm(ballast, { force: true }),
    unmount,
  };
}

/** Whether this process may mount at all. */
export function canMount(): boolean {
  try {
    const disk = mountSmallDisk(1);
    writeFileSync(join(disk.directory, "probe"), "");
    disk.unmount();
    return true;
  } catch {
    return false;
  }
}
