// Owns completing package-lock.json: `node scripts/complete-lockfile.ts` after an `npm install`.
// npm leaves out the optional packages for other platforms when it cannot get them (a registry
// mirror without them, or npm's own bug 4828), and `npm ci` then refuses the file everywhere.
import { readFileSync, writeFileSync } from "node:fs";

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

interface Lockfile {
  packages: Record<string, LockedPackage>;
}

interface Missing {
  readonly name: string;
  readonly version: string;
  readonly dev: boolean;
}

/** The optional packages that a package in the file names, and the file does not hold. */
export function findMissing({ packages }: Lockfile): Missing[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {}, dev = false }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isLocked(packages, path, name))
      .map(([name, version]) => ({ name, version, dev })),
  );
}

// As Node resolves: in the package's own node_modules, then in each one around it.
function isLocked(packages: Lockfile["packages"], path: string, name: string): boolean {
  if (`${path}/node_modules/${name}`.replace(/^\//, "") in packages) return true;
  if (path === "") return false;
  const around = path.lastIndexOf("/node_modules/");
  return isLocked(packages, around === -1 ? "" : path.slice(0, around), name);
}

// From `@oxlint/binding-linux-x64-musl`; without its platform npm would install it on every one.
function toEntry({ name, version, dev }: Missing): LockedPackage {
  const [os, cpu, libc] = name.replace(/^.*\/(binding-)?/, "").split("-");
  if (os === undefined || cpu === undefined) throw new Error(`${name} does not name its platform.`);
  const musl = libc?.startsWith("musl") ?? false;
  return {
    version,
    cpu: [cpu],
    ...(dev ? { dev } : {}),
    ...(os === "linux" && libc !== undefined ? { libc: [musl ? "musl" : "glibc"] } : {}),
    optional: true,
    os: [os],
  };
}

if (import.meta.main) {
  const file = new URL("../package-lock.json", import.meta.url);
  const lockfile = JSON.parse(readFileSync(file, "utf8")) as Lockfile;
  const missing = findMissing(lockfile);
  for (const each of missing) lockfile.packages[`node_modules/${each.name}`] = toEntry(each);
  const sorted = Object.entries(lockfile.packages).toSorted(([a], [b]) => a.localeCompare(b, "en"));
  lockfile.packages = Object.fromEntries(sorted);
  writeFileSync(file, `${JSON.stringify(lockfile, null, 2)}\n`);
  console.log(`Added ${missing.length} packages for other platforms to package-lock.json.`);
}
