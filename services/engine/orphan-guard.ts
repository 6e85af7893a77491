// Owns that a child process dies with us, also when we are killed with SIGKILL: a shell
// that costs under a megabyte reads a pipe that only we hold open, and kills the child when
// the pipe ends. Does not stop the child in the ordinary case.
import { spawn } from "node:child_process";
import { once } from "node:events";

export interface OrphanGuard {
  /** To be called once the child is gone, so that its pid is not killed when reused. */
  release(): Promise<void>;
}

/** Kills the process with SIGKILL as soon as this one is gone. */
export function guardOrphan(pid: number): OrphanGuard {
  const shell = spawn("/bin/sh", ["-c", 'read -r _; kill -KILL "$1"', "sh", String(pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    // A process group of its own: Ctrl-C in a terminal must not end it before us.
    detached: true,
    env: {},
  });
  const gone = once(shell, "exit");
  shell.unref();
  return {
    async release() {
      // Whoever waits for the end of the child may have nothing else to wait for.
      shell.ref();
      shell.kill("SIGKILL");
      await gone;
    },
  };
}
