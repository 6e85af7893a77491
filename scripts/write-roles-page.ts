// Writes docs/roles.md, after the routes of the gateway or their roles have changed.
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { rolesPage } from "../gateway/roles-page.ts";
import { ROUTES } from "../gateway/routes.ts";

await writeFile(resolve(import.meta.dirname, "../docs/roles.md"), rolesPage(ROUTES));
