// Owns `holdfast doctor`: whether what the other commands need is there, and what to do where it is not.
import { type AddCommand, type Cli, print, type Shared, withJson } from "../command.ts";
import { CHECKS } from "../doctor/checks.ts";
import type { Finding } from "../doctor/finding.ts";
import { EXIT } from "../exit-code.ts";
import { safeText } from "../output/safe-text.ts";
import type { Terminal } from "../output/terminal.ts";

interface Diagnosis {
  readonly healthy: boolean;
  readonly findings: readonly Finding[];
}

export const addDoctor: AddCommand = (program, cli) => {
  withJson(program.command("doctor"))
    .description("looks at Node, versions, configuration, server, ports and keys; says what to do")
    .action(async (options: Shared) => {
      const diagnosis = await diagnose(cli);
      print(cli, options, diagnosis, (said) => diagnosisText(cli.terminal, said));
      if (!diagnosis.healthy) cli.endWith(EXIT.failed);
    });
};

async function diagnose({ terminal, signal }: Cli): Promise<Diagnosis> {
  const findings: Finding[] = [];
  for (const [name, check] of Object.entries(CHECKS)) {
    terminal.progress(`looking at ${name} ...`);
    findings.push(...(await check(signal)).map((finding) => ({ check: name, ...finding })));
  }
  return { healthy: findings.every(({ status }) => status !== "failed"), findings };
}

function diagnosisText(terminal: Terminal, { healthy, findings }: Diagnosis): string {
  const mark = { ok: terminal.good("ok    "), note: "note  ", failed: terminal.bad("failed") };
  const lines = findings.flatMap(({ check, status, found, fix }) => [
    `${mark[status]}  ${check.padEnd(13)}  ${safeText(found)}`,
    ...(fix === undefined ? [] : [`${" ".repeat(23)}${safeText(fix)}`]),
  ]);
  return `${[...lines, healthy ? "All is well." : "Something is wrong; see above."].join("\n")}\n`;
}
