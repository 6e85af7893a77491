// Owns knowing which handlers of an endpoint the ingress lets anyone call: from the endpoint's
// own answer to discovery, which is what Restate goes by as well.
import { createEndpointHandler } from "@restatedev/restate-sdk/fetch";
import { isAnswer } from "../../contract/readable.ts";

export type EndpointServices = Parameters<typeof createEndpointHandler>[0]["services"];

interface Manifest {
  readonly services: readonly {
    readonly name: string;
    readonly ingressPrivate?: boolean;
    readonly handlers: readonly { readonly name: string; readonly ingressPrivate?: boolean }[];
  }[];
}

const MANIFEST_TYPE = "application/vnd.restate.endpointmanifest.v4+json";

/**
 * The names `service/handler`. Rejects when the endpoint does not describe itself, and for a
 * handler that would answer people what they cannot read.
 */
export async function findPublicHandlers(services: EndpointServices): Promise<ReadonlySet<string>> {
  const serve = createEndpointHandler({ services, logger: () => undefined });
  const request = new Request("http://localhost/discover", { headers: { accept: MANIFEST_TYPE } });
  const response = await serve(request);
  if (!response.ok) throw new Error(`the endpoint's discovery answered ${response.status}`);
  const manifest = (await response.json()) as Manifest;
  const found = new Set<string>();
  for (const { name: service, ingressPrivate, handlers } of manifest.services) {
    const definition = services.find(({ name }) => name === service);
    for (const handler of handlers) {
      // A handler's own word goes before its service's.
      if (handler.ingressPrivate ?? ingressPrivate ?? false) continue;
      if (!answersPeople(definition, handler.name)) {
        throw new Error(
          `the public handler ${service}/${handler.name} would answer with an encrypted value; give it output: answerJson() (contract/readable.ts)`,
        );
      }
      found.add(`${service}/${handler.name}`);
    }
  }
  return found;
}

/** The SDK's own record of the serdes that a definition declares, which it keeps for clients. */
interface Described {
  readonly _handlers: Readonly<
    Record<string, { readonly _outputSerde?: { serialize(value: unknown): Uint8Array } }>
  >;
}

function answersPeople(definition: object | undefined, handler: string): boolean {
  // oxlint-disable-next-line no-underscore-dangle
  const output = (definition as Partial<Described>)?._handlers?.[handler]?._outputSerde;
  return output !== undefined && isAnswer(output.serialize(null));
}
