// Owns the lint rules that oxlint does not have itself, as its plugin, so that editors show them
// too: the import table, and the names that no folder and no file may have.
import { relative, sep } from "node:path";
import type { RuleTester } from "oxlint/plugins-dev";
import { judgeImport } from "./judge-import.ts";

type Rule = Parameters<RuleTester["run"]>[1];
type Context = Parameters<NonNullable<Rule["create"]>>[0];
type Visitor = ReturnType<NonNullable<Rule["create"]>>;
type Source = Parameters<NonNullable<Visitor["ImportExpression"]>>[0]["source"];
type Name = Parameters<NonNullable<Visitor["ExportSpecifier"]>>[0]["local"];

// A room is named for what it owns, and these own nothing.
const NAMELESS = ["util", "utils", "helper", "helpers", "common", "shared"];

const importTable: Rule = {
  create(context): Visitor {
    const file = pathOf(context);
    const check = (source: Source, names: readonly string[], typeOnly = false): void => {
      const message =
        source.type === "Literal" && typeof source.value === "string"
          ? judgeImport({ file, specifier: source.value, names, typeOnly })
          : `${file} computes the path of an import, which escapes the import table: write it out.`;
      if (message !== undefined) context.report({ node: source, message });
    };
    return {
      ImportDeclaration(node) {
        const names = node.specifiers.map((specifier) =>
          specifier.type === "ImportSpecifier" ? nameOf(specifier.imported) : "*",
        );
        check(node.source, names, node.importKind === "type");
      },
      ExportNamedDeclaration(node) {
        const names = node.specifiers.map((specifier) => nameOf(specifier.local));
        if (node.source !== null) check(node.source, names, node.exportKind === "type");
      },
      ExportAllDeclaration: (node) => check(node.source, ["*"], node.exportKind === "type"),
      ImportExpression: (node) => check(node.source, ["*"]),
      TSImportType: (node) => check(node.source, ["*"], true),
    };
  },
};

const roomNames: Rule = {
  create: (context): Visitor => ({
    Program(node) {
      const path = pathOf(context);
      const name = path.split("/").find((part) => NAMELESS.includes(part.replace(/\..*/, "")));
      if (name === undefined) return;
      const message = `${path}: nothing is named ${name}; name it for what it owns.`;
      context.report({ node, message });
    },
  }),
};

function pathOf(context: Context): string {
  return relative(context.cwd, context.filename).split(sep).join("/");
}

function nameOf(name: Name): string {
  return name.type === "Literal" ? name.value : name.name;
}

export default {
  meta: { name: "house" },
  rules: { "import-table": importTable, "room-names": roomNames },
};
