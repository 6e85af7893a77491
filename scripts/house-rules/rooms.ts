// Owns the import table of the house: which room may import which files and which packages, type
// imports included. Data only; judge-import.ts applies it, plugin.ts makes lint errors of it.
// Paths are relative to the project's folder, with "/" on every system.

/** What a file may import. The first row whose `from` matches the file holds for it. */
export interface Row {
  /** Globs of the files that the row is about. */
  readonly from: readonly string[];
  /** Globs of files that they may import, beside the files of their own room. */
  readonly files: readonly string[];
  /**
   * Packages: a name; a name and one export, as `package#name`; or NODE, LIBRARIES, ANY_PACKAGE.
   * What is not listed is refused.
   */
  readonly packages: readonly string[];
  /** Globs of files of which they may import types, by `import type`, and nothing that is there at run time. */
  readonly types?: readonly string[];
  /** Its files stand alone: even those of their own room are imported only where `files` says. */
  readonly standalone?: true;
}

/** Every built-in module of Node, except `node:process`: only services/config.ts reads it. */
export const NODE = "node";
/** Each package under `dependencies` in package.json that is not Restate's. */
export const LIBRARIES = "libraries";
export const ANY_PACKAGE = "any package";

/** Here each folder is a room of its own: objects/agent may not import objects/budget. */
export const ROOMS_OF_ROOMS: readonly string[] = ["objects", "services", "examples"];

const SDK = "@restatedev/restate-sdk";
const CLIENTS = "@restatedev/restate-sdk-clients";
const LANGUAGE = ["contract/**", "core/**"];
/** Of who has handlers (docs/decisions/0011-handler-room.md). */
const HANDLING = [...LANGUAGE, "handler/**"];
const PRODUCT = [
  ...HANDLING,
  "tools/**",
  "objects/**",
  "services/**",
  "telemetry/**",
  "evidence/**",
  "gateway/**",
];
const PUBLIC = ["index.ts", "contract/**", "testing/**", "services/*.ts"];

export const TABLE: readonly Row[] = [
  {
    from: ["contract/**"],
    files: [],
    packages: ["zod", "@standard-schema/spec", "@restatedev/restate-sdk-core#iface"],
  },
  { from: ["core/digest.ts"], files: LANGUAGE, packages: ["canonicalize", "node:crypto"] },
  { from: ["core/strict-json.ts"], files: LANGUAGE, packages: ["lossless-json"] },
  // A function from an instant to the next one; what it reads of the clock it drops.
  { from: ["core/schedule/next-time.ts"], files: LANGUAGE, packages: ["croner"] },
  { from: ["core/**"], files: LANGUAGE, packages: [] },
  {
    // What goes with an effect class is the policy table's to say, also to authors.
    from: ["tools/define-tool.ts", "tools/define-wait.ts", "tools/define/**"],
    files: ["contract/**", "core/effect-policy.ts"],
    packages: ["zod", "@standard-schema/spec"],
  },
  {
    from: ["tools/**"],
    standalone: true,
    files: ["contract/**", "tools/define-tool.ts", "tools/define-wait.ts"],
    // What a tool says its input and output in.
    packages: ["zod", "@standard-schema/spec"],
  },
  { from: ["handler/**"], files: LANGUAGE, packages: [SDK] },
  { from: ["objects/**"], files: HANDLING, packages: [SDK] },
  {
    // The composition root: what an app is given, what it serves, and its life.
    from: [
      "services/app-options.ts",
      "services/deployments.ts",
      "services/log-objects.ts",
      "services/server.ts",
    ],
    files: PRODUCT,
    packages: [SDK, CLIENTS, NODE, LIBRARIES],
  },
  {
    from: ["services/tool-host/**"],
    files: [...HANDLING, "tools/**"],
    packages: [SDK, NODE, LIBRARIES],
  },
  {
    // What a worker asks through the ingress, outside of any journal.
    from: ["services/task-log/**", "services/stops/**"],
    files: HANDLING,
    packages: [SDK, CLIENTS, NODE, LIBRARIES],
  },
  { from: ["services/**"], files: HANDLING, packages: [SDK, NODE, LIBRARIES] },
  {
    // It is put around what the composition root puts together (docs/decisions/0023-telemetry.md).
    from: ["telemetry/**"],
    files: LANGUAGE,
    packages: [SDK, "@restatedev/restate-sdk-opentelemetry", LIBRARIES],
  },
  // An export is checked far from any server (docs/decisions/0017-evidence.md).
  { from: ["evidence/**"], files: LANGUAGE, packages: [NODE, LIBRARIES] },
  {
    // It speaks the gateway's API, also without a gateway (docs/decisions/0018-command-line.md), and
    // the admin API has one client (0010-drain.md).
    from: ["cli/**"],
    files: [
      "contract/**",
      "evidence/**",
      "gateway/create-gateway.ts",
      "gateway/problem.ts",
      "services/config.ts",
      "services/engine/**",
    ],
    packages: [CLIENTS, NODE, LIBRARIES],
  },
  {
    // What a body means and where a verb is taken is decided once (docs/decisions/0013-gateway.md).
    from: ["gateway/**"],
    files: [...LANGUAGE, "evidence/**", "services/engine/admin.ts"],
    packages: [CLIENTS, NODE, LIBRARIES],
  },
  {
    // It runs in a browser, and knows the gateway's API alone (docs/decisions/0021-console.md).
    from: ["console/**"],
    files: [],
    types: ["contract/**"],
    packages: [
      "@base-ui/react",
      "@tanstack/react-query",
      "@tanstack/react-router",
      "@tanstack/react-table",
      "@tanstack/react-virtual",
      "react",
      "react-dom",
      "uplot",
    ],
  },
  { from: ["index.ts"], files: PRODUCT, packages: [] },
  {
    // The in-memory runner is a shell of its own: it performs what core/ decides by the same
    // services as a worker, and never by objects/ (docs/decisions/0001-rooms.md).
    from: ["testing/**"],
    files: [...LANGUAGE, "tools/**", "index.ts", "services/**"],
    // The scripted model's wire protocol; a peer that the kit's users install.
    packages: ["@copilotkit/aimock", NODE, LIBRARIES],
  },
  {
    // What an agent is knows nothing of Restate (R21).
    from: ["examples/*/agent.ts", "examples/*/tools/**"],
    files: ["index.ts", "contract/**"],
    packages: [NODE, LIBRARIES],
  },
  { from: ["examples/**"], files: PUBLIC, packages: [ANY_PACKAGE] },
  { from: ["bench/**"], files: [...PUBLIC, "examples/**"], packages: [ANY_PACKAGE] },
  { from: ["test/**", "scripts/**", "*"], files: ["**"], packages: [ANY_PACKAGE] },
];
