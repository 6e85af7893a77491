// Owns the worker process that the crash runner kills on an expedition.
import { serveCrashWorker } from "../../testing/index.ts";
import { expeditionApp } from "./support/expedition-app.ts";

const { MODEL_URL: modelUrl = "", OUTSIDE_URL: outsideUrl = "" } = process.env;
await serveCrashWorker((settings) => expeditionApp({ ...settings, modelUrl, outsideUrl }));
