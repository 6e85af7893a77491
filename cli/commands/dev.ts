// Owns `holdfast dev`: a Restate server of its own, the project's app that is started anew when a file
// changes, and a gateway, all on this machine until Ctrl-C.
import { existsSync } from "node:fs";
import { type Config, readConfig } from "../../services/config.ts";
import type { AddCommand, Cli } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { cliProblem, usage } from "../problem.ts";

const USUAL = ["src/worker.ts", "worker.ts"];

export const addDev: AddCommand = (program, cli: Cli) => {
  program
    .command("dev")
    .summary("runs the project here: server, app, gateway")
    .description(
      "starts a Restate server (or takes the one that RESTATE_INGRESS_URL and RESTATE_ADMIN_URL name), the project's app, anew whenever a file of it changes, and a gateway without authentication; Ctrl-C stops all of it, and what was parked goes on the next time",
    )
    .argument("[file]", `what serves and registers the app (${USUAL.join(" or ")})`)
    .action(async (given: string | undefined) => {
      const file = given ?? USUAL.find((each) => existsSync(each));
      if (file === undefined)
        throw usage(`there is no ${USUAL.join(" or ")}; give the file that serves the app`);
      if (!existsSync(file)) throw usage(`there is no file ${file}`);
      // Only here: no other command needs the gateway's code to start.
      const { runDev } = await import("../dev/run-dev.ts");
      await runDev(cli, usableConfig(), file);
    });
};

function usableConfig(): Config {
  try {
    return readConfig();
  } catch (error) {
    const said = error instanceof Error ? error.message : "the environment cannot be read";
    throw cliProblem(EXIT.configuration, "configuration", said.replaceAll("\n", "; "));
  }
}
