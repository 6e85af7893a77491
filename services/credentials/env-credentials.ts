// Owns credentials in environment variables. Is given the variables; only services/config.ts
// reads process.env.
import type {
  CredentialAnswer,
  CredentialRequest,
  CredentialResolver,
} from "../../contract/credential.ts";

export interface EnvCredentialsOptions {
  /** Such as `process.env`. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Default `HOLDFAST_CREDENTIAL_`. */
  readonly prefix?: string;
  /** Credentials that tasks of every tenant may use. None by default. */
  readonly shared?: readonly string[];
}

// Only these have one variable each: `-` becomes `_`, and `__` stands before the tenant.
const WORDS = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/**
 * The credential `shop-api` is `HOLDFAST_CREDENTIAL_SHOP_API`, and tenant `acme`'s is
 * `HOLDFAST_CREDENTIAL_SHOP_API__ACME`.
 */
export function createEnvCredentials(options: EnvCredentialsOptions): CredentialResolver {
  const { variables, prefix = "HOLDFAST_CREDENTIAL_", shared = [] } = options;
  return {
    resolve: async ({ name, tenant }: CredentialRequest): Promise<CredentialAnswer> => {
      const owner = tenant === undefined || shared.includes(name) ? [] : [tenant];
      if (![name, ...owner].every((word) => WORDS.test(word))) {
        const what = "lower-case letters and digits in words joined by single hyphens";
        const fix = `it can have no environment variable, since its name and its tenant must be ${what}; keep it in a file`;
        return { outcome: "missing", fix };
      }
      const variable = prefix + [name, ...owner].map(asVariable).join("__");
      const value = variables[variable];
      if (value === undefined || value === "") {
        return { outcome: "missing", fix: `set the environment variable ${variable}` };
      }
      return { outcome: "ok", value, source: `the environment variable ${variable}` };
    },
  };
}

function asVariable(word: string): string {
  return word.toUpperCase().replaceAll("-", "_");
}
