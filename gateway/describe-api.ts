// Owns the OpenAPI document, made of the routes' table and the zod schemas of contract/: what Restate
// publishes of a handler's body and what this says of a route's are the same function of one schema.
import { describeSchema } from "../contract/schema.ts";
import { paramsOf, PARAMS, type ParamName, type Route } from "./route.ts";

type Json = Readonly<Record<string, unknown>>;

/** Where a schema may refer to: the document's own, by name. */
type Schemas = Record<string, unknown>;

/** OpenAPI 3.1, whose schemas are JSON Schema 2020-12. */
export function describeApi(routes: readonly Route[]): Json {
  const paths: Record<string, Record<string, Json>> = {};
  const schemas: Schemas = { Problem: PROBLEM };
  for (const each of routes) {
    const path = each.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [each.method.toLowerCase()]: operationOf(each, schemas) };
  }
  const securitySchemes = { bearer: { type: "http", scheme: "bearer" } };
  return {
    openapi: "3.1.0",
    info: { title: "Holdfast gateway", version: "1" },
    paths,
    components: { securitySchemes, schemas },
  };
}

function operationOf(each: Route, schemas: Schemas): Json {
  const { name, summary, roles } = each;
  const open = roles === "anyone";
  const whose = open ? "" : ` Roles: ${roles.join(", ")}.`;
  return {
    operationId: name,
    summary,
    description: `${summary}${whose}`,
    security: open ? [] : [{ bearer: [] }],
    parameters: [...paramsOf(each).map(pathParameter), ...queryParameters(each)],
    ...bodyOf(each, schemas),
    responses: {
      200: { description: "As the contract's types say.", content: { "application/json": {} } },
      default: {
        description: "Why not.",
        content: { "application/problem+json": { schema: refer("Problem") } },
      },
    },
  };
}

function refer(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function pathParameter(name: ParamName): Json {
  return { name, in: "path", required: true, schema: describe(PARAMS[name]) };
}

function queryParameters({ query }: Route): readonly Json[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = describe(query) as {
    readonly properties?: Readonly<Record<string, Json>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
}

function bodyOf({ name, body }: Route, schemas: Schemas): Json {
  if (body === undefined) return {};
  if (body === "raw") return { requestBody: { required: true, content: { "*/*": {} } } };
  const { $defs = {}, ...schema } = describe(body);
  for (const [each, definition] of Object.entries($defs as Schemas))
    schemas[`${name}.${each}`] = moved(definition, name);
  const content = { "application/json": { schema: moved(schema, name) } };
  return { requestBody: { required: true, content } };
}

/** What a schema says of its own definitions, of where they are in the document. */
function moved(schema: unknown, name: string): unknown {
  const text = JSON.stringify(schema);
  return JSON.parse(
    text.replaceAll('"#/$defs/', () => `"#/components/schemas/${name}.`),
  ) as unknown;
}

function describe(schema: Parameters<typeof describeSchema>[0]): Json {
  const { $schema: _, ...described } = describeSchema(schema) ?? {};
  return described;
}

const PROBLEM: Json = {
  type: "object",
  required: ["type", "title", "status", "code", "detail"],
  properties: {
    type: { const: "about:blank" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string" },
    detail: { type: "string" },
    details: { type: "object", additionalProperties: { type: "string" } },
  },
};
