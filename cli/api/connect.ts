// Owns which gateway a command speaks to: the one that HOLDFAST_URL names, or one in this process over
// the Restate server on this machine (docs/decisions/0018-command-line.md).
import { userInfo } from "node:os";
import { type ClientConfig, readClientConfig } from "../../services/config.ts";
import { EXIT } from "../exit-code.ts";
import { cliProblem, usage } from "../problem.ts";
import { type Api, createApi, type Place } from "./api.ts";

export interface Connecting {
  /** Who acts, where nobody is authenticated. Default: the user of this machine. */
  readonly as: string | undefined;
  readonly signal: AbortSignal;
}

export async function connect({ as, signal }: Connecting): Promise<Api> {
  const config = clientConfig();
  const place = config.url === undefined ? await here(config, as) : away(config, config.url, as);
  return createApi(place, signal);
}

/** Fails with the exit code of a configuration that cannot be used. */
function clientConfig(): ClientConfig {
  try {
    return readClientConfig();
  } catch (error) {
    const said = error instanceof Error ? error.message : "the environment cannot be read";
    throw cliProblem(EXIT.configuration, "configuration", said.replaceAll("\n", "; "));
  }
}

function away({ key }: ClientConfig, url: string, as: string | undefined): Place {
  if (as !== undefined)
    throw usage("--as goes without HOLDFAST_URL only: at a gateway the key says who you are");
  const unauthenticated =
    key === undefined
      ? `the gateway at ${url} asks for a key: set HOLDFAST_KEY`
      : `the gateway at ${url} does not take HOLDFAST_KEY: it is unknown, has expired or was taken out`;
  const ask: Place["fetch"] = (request) => fetch(request);
  return { url, key, tells: true, fetch: ask, sentences: { unauthenticated } };
}

async function here({ restate }: ClientConfig, as: string | undefined): Promise<Place> {
  const { ingressUrl, adminUrl } = restate;
  // Only here: a command that needs none starts without the gateway's code.
  const [{ createGateway }, { pino }] = await Promise.all([
    import("../../gateway/create-gateway.ts"),
    import("pino"),
  ]);
  const down = `Restate does not answer at ${ingressUrl} and ${adminUrl}: start it with holdfast dev, or set HOLDFAST_URL to a gateway`;
  try {
    const principal = as ?? userInfo().username;
    // What the gateway would log is what the command says.
    const logger = pino({ level: "silent" });
    const gateway = createGateway({ ingressUrl, adminUrl, principal, logger });
    return {
      url: "http://127.0.0.1",
      key: undefined,
      // Workers tell others: this one has only just been made.
      tells: false,
      fetch: gateway.fetch,
      sentences: { runtime_unavailable: down },
    };
  } catch (error) {
    const said = error instanceof Error ? error.message : "it cannot be used";
    throw usage(`--as, who acts: ${said}`);
  }
}
