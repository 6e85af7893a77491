// A worker process that serves approvals, with a clock of its own where the test wants one.
import { serveWorker } from "../../support/worker.ts";
import { deskServices, newWorld } from "./desk.ts";

const shift = Number(process.env["CLOCK_SHIFT_MS"] ?? 0);
const real = Date.now.bind(Date);
Date.now = () => real() + shift;

await serveWorker(deskServices(newWorld()));
