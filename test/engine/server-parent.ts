// Owns a process that starts a server and then does nothing, to be killed by a test.
import type { ServerPorts } from "../../services/engine/ports.ts";
import { startRestateServer } from "../../services/engine/restate-server.ts";
import { report } from "../support/worker.ts";

const [, , , portsJson = "", baseDir = ""] = process.argv;
const ports = JSON.parse(portsJson) as ServerPorts;
await startRestateServer({ baseDir, ports });
await report({ serving: ports.ingress });
