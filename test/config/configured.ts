// Owns a process that reads its configuration and tells the test what it found.
import { exitOnBadConfig } from "../../services/config.ts";
import { report } from "../support/worker.ts";

const config = exitOnBadConfig();
await report({ port: config.worker.port });
await report({ serving: config.worker.port });
