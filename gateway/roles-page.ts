// Owns the page that shows people which role may call what: made of the routes' table, and compared
// with docs/roles.md by a test. Not a part of the running gateway.
import { ROLES } from "./roles.ts";
import type { Route } from "./route.ts";

const HEAD = `# Who may call what

Made by \`node scripts/write-roles-page.ts\` from the table that the gateway routes by (\`gateway/routes.ts\`); a test compares
the two, and another one makes a request for every cell. A caller may have several roles, which add up: none contains
another. An \`admin\` who is to decide approvals is given \`approver\` too.

Who is paged is no role: notifications go to the endpoints of the app ([events](events.md)), and name a task's owner and, once
it stays stuck, its escalation owner ([explain](explain.md)).

`;

/** The whole table in, the whole page out. */
export function rolesPage(routes: readonly Route[]): string {
  const asked = routes.filter(({ roles }) => roles !== "anyone");
  const open = routes.filter(({ roles }) => roles === "anyone");
  const head = ["route", "request", ...ROLES];
  const lines = [row(head), row(head.map(() => "---")), ...asked.map(cells).map(row)];
  const named = open.map(({ name, method, path }) => `- \`${name}\`: \`${method} ${path}\``);
  return `${HEAD}${lines.join("\n")}\n\nWithout a credential:\n\n${named.join("\n")}\n`;
}

function cells({ name, method, path, roles }: Route): readonly string[] {
  const takes = ROLES.map((role) => (roles !== "anyone" && roles.includes(role) ? "yes" : ""));
  return [`\`${name}\``, `\`${method} ${path}\``, ...takes];
}

function row(columns: readonly string[]): string {
  return `| ${columns.join(" | ")} |`;
}
