// Owns credentials in files, one each, as people and orchestrators mount them. A file is read at
// every use, so that the next call has whatever is in it by then.
import { constants, type FileHandle, open } from "node:fs/promises";
import { join, resolve } from "node:path";
import type {
  CredentialAnswer,
  CredentialRequest,
  CredentialResolver,
  NoCredential,
} from "../../contract/credential.ts";

export interface FileCredentialsOptions {
  /** Holds `shared/<name>` and `tenants/<tenant>/<name>`. */
  readonly directory: string;
  /** Credentials that tasks of every tenant may use. None by default. */
  readonly shared?: readonly string[];
}

const MAX_BYTES = 64 * 1024;
const GROUP_AND_OTHERS = 0o077;
const NOT_THERE = new Set(["ENOENT", "ENOTDIR", "ENAMETOOLONG"]);

/**
 * The value is the whole file without the line break at its end. A file that its group or others
 * may read or write is refused. In a tenant's folder and file name everything but small letters,
 * digits, `-` and `_` is `%` and its bytes in hexadecimal: tenant `Acme` is `%41cme`.
 */
export function createFileCredentials(options: FileCredentialsOptions): CredentialResolver {
  const directory = resolve(options.directory);
  const { shared = [] } = options;
  return {
    resolve: async ({ name, tenant }: CredentialRequest) => {
      const folder =
        tenant === undefined || shared.includes(name)
          ? ["shared"]
          : ["tenants", asFileName(tenant)];
      return readCredential(join(directory, ...folder, asFileName(name)));
    },
  };
}

async function readCredential(path: string): Promise<CredentialAnswer> {
  let file: FileHandle;
  try {
    // A pipe in its place would wait for a writer.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (NOT_THERE.has(code)) return no("missing", `put it into the file ${path}`);
    if (code === "EACCES") return no("refused", `let the worker's user read the file ${path}`);
    throw new Error(`the file ${path} cannot be opened (${code})`, { cause: error });
  }
  try {
    return await judge(file, path);
  } finally {
    await file.close();
  }
}

async function judge(file: FileHandle, path: string): Promise<CredentialAnswer> {
  // Of the open file, so that what was looked at is what is read.
  const { mode, size } = await file.stat().then((stats) => ({
    mode: stats.isFile() ? stats.mode : undefined,
    size: stats.size,
  }));
  if (mode === undefined) return no("refused", `make ${path} a regular file`);
  if ((mode & GROUP_AND_OTHERS) !== 0) {
    return no("refused", `others than its owner may use the file; chmod 600 ${path}`);
  }
  if (size > MAX_BYTES) {
    return no("refused", `the file ${path} has more than ${MAX_BYTES} bytes; it must hold one`);
  }
  const text = await textOf(file);
  if (text === undefined) return no("refused", `the file ${path} is not UTF-8`);
  const value = text.replace(/\r?\n$/, "");
  if (value === "") return no("missing", `put it into the file ${path}, which is empty`);
  return { outcome: "ok", value, source: `the file ${path}` };
}

async function textOf(file: FileHandle): Promise<string | undefined> {
  const bytes = await file.readFile();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function no(outcome: NoCredential["outcome"], fix: string): NoCredential {
  return { outcome, fix };
}

/** Injective, also where a file system does not tell large letters from small ones. */
function asFileName(id: string): string {
  return id.replaceAll(/[^a-z0-9_-]/gu, (character) =>
    [...new TextEncoder().encode(character)]
      .map((byte) => `%${byte.toString(16).padStart(2, "0")}`)
      .join(""),
  );
}
