// Owns what the files in deploy/ say, read as their programs would: compose with its variables, a
// manifest with its references, each as the environment that a node gets.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";

const ROOT = join(import.meta.dirname, "../../..");

export interface DeployedNode {
  readonly image: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Deployment {
  readonly nodes: readonly DeployedNode[];
  /** `restatectl` and what it is told. */
  readonly provision: { readonly image: string; readonly command: readonly string[] };
  readonly worker: {
    readonly env: Readonly<Record<string, string>>;
    readonly probe: readonly string[];
  };
}

export function readDeployFile(name: string): Promise<string> {
  return readFile(join(ROOT, "deploy", name), "utf8");
}

const serviceSchema = z.object({
  image: z.string(),
  command: z.array(z.string()).default([]),
  entrypoint: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
});
const composeSchema = z.object({ services: z.record(z.string(), serviceSchema) });

/** With these values for its variables. Fails when one is asked for that is not among them. */
export async function readCompose(values: Readonly<Record<string, string>>): Promise<Deployment> {
  const text = (await readDeployFile("compose.yaml")).replaceAll(
    /\$\{(\w+)(?::([?-])([^}]*))?\}/g,
    (_, name: string, kind: string | undefined, fallback: string) => {
      const value = values[name] ?? (kind === "-" ? fallback : undefined);
      if (value === undefined) throw new Error(`compose.yaml asks for ${name}`);
      return value;
    },
  );
  const { services } = composeSchema.parse(parse(text, { merge: true }));
  const { n1, n2, n3, provision, worker } = services;
  if (!n1 || !n2 || !n3 || !provision || !worker) throw new Error("a service is missing");
  return {
    nodes: [n1, n2, n3].map(({ image, command, environment }) => {
      return { image, args: command, env: environment };
    }),
    provision: {
      image: provision.image,
      command: [...provision.entrypoint, ...provision.command],
    },
    worker: { env: worker.environment, probe: worker.healthcheck?.test.slice(1) ?? [] },
  };
}

const refSchema = z.object({ name: z.string(), key: z.string() });
const envSchema = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z
    .object({
      fieldRef: z.object({ fieldPath: z.literal("metadata.name") }).optional(),
      secretKeyRef: refSchema.optional(),
      configMapKeyRef: refSchema.optional(),
    })
    .optional(),
});
const containerSchema = z.object({
  image: z.string(),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: z.array(envSchema).default([]),
  readinessProbe: z
    .object({ exec: z.object({ command: z.array(z.string()) }).optional() })
    .optional(),
});
const workloadSchema = z.object({
  spec: z.object({
    replicas: z.int().optional(),
    template: z.object({ spec: z.object({ containers: z.tuple([containerSchema]) }) }),
  }),
});

/** With the values `<secret or config map>/<key>` for its references. */
export async function readManifest(values: Readonly<Record<string, string>>): Promise<Deployment> {
  const documents = parseAllDocuments(await readDeployFile("kubernetes.yaml"));
  const objects = documents.map((document) => document.toJS() as { kind: string });
  const workload = (kind: string) =>
    workloadSchema.parse(objects.find((object) => object.kind === kind)).spec;
  const { replicas = 0, template } = workload("StatefulSet");
  const [node] = template.spec.containers;
  const [provision] = workload("Job").template.spec.containers;
  const [worker] = workload("Deployment").template.spec.containers;
  return {
    nodes: Array.from({ length: replicas }, (_, index) => {
      const { image, args, env } = node;
      return { image, args, env: environmentOf(env, `restate-${index}`, values) };
    }),
    provision: { image: provision.image, command: [...provision.command, ...provision.args] },
    worker: {
      env: environmentOf(worker.env, "worker-0", values),
      probe: worker.readinessProbe?.exec?.command ?? [],
    },
  };
}

function environmentOf(
  entries: readonly z.infer<typeof envSchema>[],
  pod: string,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const { name, value, valueFrom } of entries) {
    const from = valueFrom?.secretKeyRef ?? valueFrom?.configMapKeyRef;
    const given = from === undefined ? value : values[`${from.name}/${from.key}`];
    const found = valueFrom?.fieldRef === undefined ? given : pod;
    if (found === undefined) throw new Error(`kubernetes.yaml asks for ${JSON.stringify(from)}`);
    // What stands before it may be used in it.
    env[name] = found.replaceAll(/\$\((\w+)\)/g, (_, other: string) => env[other] ?? "");
  }
  return env;
}
