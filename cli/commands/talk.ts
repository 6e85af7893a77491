// Owns how people work with one task: start it, ask it, send it a message, answer its question.
import { randomUUID } from "node:crypto";
import { type Command, Option } from "commander";
import type { AskResult, SendResult, StartResult } from "../../contract/api.ts";
import type { AnswerResult } from "../../contract/wait-api.ts";
import type { Api } from "../api/api.ts";
import { type AddCommand, type ApiOptions, apiOf, type Cli, print, withApi } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { readCount, readMessage } from "../output/read-argument.ts";
import { safeText } from "../output/safe-text.ts";
import { cliProblem, usage } from "../problem.ts";
import { nameTask, onTask, TASK_ARGUMENT, type TaskName, taskText } from "../tasks/name-task.ts";

const DEFAULT_ASK_S = 60;
const ASK_SLICE_MS = 30_000;
const MESSAGE = "the message; - reads it from standard input";

interface MessageOptions extends ApiOptions {
  readonly mode?: string;
  readonly messageId?: string;
}
interface AskOptions extends MessageOptions {
  /** Seconds. */
  readonly timeout: number;
}
interface AnswerOptions extends ApiOptions {
  readonly operation: string;
}

export const addTalk: AddCommand = (program, cli) => {
  addStart(program, cli);
  addAsk(program, cli);
  addSend(program, cli);
  addAnswer(program, cli);
};

function addStart(program: Command, cli: Cli): void {
  withApi(program.command("start").description("makes a task, once for ever"))
    .argument("<task>", "<agent>/<taskId>")
    .argument("<message>", MESSAGE)
    .action(async (given: string, message: string, options: ApiOptions) => {
      const task = newTask(given);
      const api = await apiOf(cli, options);
      const body = { message: await readMessage(message) };
      const result = await api.ask<StartResult>({ ...onTask(task, "start"), body });
      print(cli, options, result, ({ created, status }) =>
        said(task, created ? `is started, and ${status}` : `was there already, and is ${status}`),
      );
    });
}

function addAsk(program: Command, cli: Cli): void {
  withApi(program.command("ask").description("starts or messages a task, and waits for the answer"))
    .argument("<task>", "<agent>/<taskId>")
    .argument("<message>", MESSAGE)
    .addOption(mode())
    .option("--message-id <id>", "applied once by it; the same again waits on")
    .option("--timeout <seconds>", "how long it waits", readCount, DEFAULT_ASK_S)
    .action(async (given: string, message: string, options: AskOptions) => {
      const task = newTask(given);
      const api = await apiOf(cli, options);
      const result = await askUntil(cli, api, task, await askBody(message, options));
      print(cli, options, result, (asked) => answerText(task, asked));
      if (result.turn?.result === "failed") cli.endWith(EXIT.failed);
    });
}

function addSend(program: Command, cli: Cli): void {
  withApi(program.command("send").description("sends a task a message"))
    .argument("<task>", TASK_ARGUMENT)
    .argument("<message>", MESSAGE)
    .addOption(mode())
    .option("--message-id <id>", "applied once by it")
    .option("--wait", "answers when it has its place in the log")
    .action(
      async (
        given: string,
        message: string,
        options: MessageOptions & { readonly wait?: true },
      ) => {
        const api = await apiOf(cli, options);
        const task = await nameTask(api, given, { beginning: false });
        const wait = options.wait === undefined ? {} : { wait: "applied" };
        const body = { ...(await messageBody(message, options)), ...wait };
        const result = await api.ask<SendResult>({ ...onTask(task, "send"), body });
        print(cli, options, result, ({ result: how, messageId }) =>
          said(task, `${how} message ${messageId}`),
        );
      },
    );
}

function addAnswer(program: Command, cli: Cli): void {
  withApi(program.command("answer").description("answers a question that a task waits on"))
    .argument("<task>", TASK_ARGUMENT)
    .argument("<answer>", "the answer; - reads it from standard input")
    .requiredOption("--operation <id>", "which one, as tasks show says")
    .action(async (given: string, answer: string, options: AnswerOptions) => {
      const api = await apiOf(cli, options);
      const task = await nameTask(api, given, { beginning: false });
      const body = { operationId: options.operation, answer: await readMessage(answer) };
      const result = await api.ask<AnswerResult>({ ...onTask(task, "answer"), body });
      print(cli, options, result, ({ result: how }) => said(task, `the answer is ${how}`));
    });
}

async function askBody(message: string, options: AskOptions) {
  // Named, so that it can be asked for again.
  const messageId = options.messageId ?? randomUUID();
  return {
    body: { ...(await messageBody(message, options)), messageId },
    timeout: options.timeout,
  };
}

/** Asks again and again: no request is open for longer than networks leave one alone. */
async function askUntil(
  { terminal }: Cli,
  api: Api,
  task: TaskName,
  { body, timeout }: { readonly body: object; readonly timeout: number },
): Promise<AskResult> {
  const deadline = Date.now() + timeout * 1_000;
  for (;;) {
    const timeoutMs = Math.max(0, Math.min(deadline - Date.now(), ASK_SLICE_MS));
    const request = { ...onTask(task, "ask"), body: { ...body, timeoutMs } };
    const result = await api.ask<AskResult>(request);
    if (result.turn !== undefined || Date.now() >= deadline) return result;
    terminal.progress(`${taskText(task)} is ${result.status} ...`);
  }
}

function mode(): Option {
  return new Option("--mode <mode>", "when it is taken in (steer)").choices([
    "steer",
    "interrupt",
    "queue",
  ]);
}

async function messageBody(message: string, options: MessageOptions) {
  return {
    message: await readMessage(message),
    ...(options.mode === undefined ? {} : { mode: options.mode }),
    ...(options.messageId === undefined ? {} : { messageId: options.messageId }),
  };
}

/** A task that need not be there yet. */
function newTask(given: string): TaskName {
  const slash = given.indexOf("/");
  if (slash < 1 || slash === given.length - 1)
    throw usage("name the task as <agent>/<taskId>, since it may not be there yet");
  return { agent: given.slice(0, slash), taskId: given.slice(slash + 1) };
}

function said(task: TaskName, what: string): string {
  return `${taskText(task)}: ${safeText(what)}\n`;
}

function answerText(task: TaskName, { turn, status, messageId }: AskResult): string {
  if (turn === undefined) {
    const again = `the same again with --message-id ${messageId} waits on`;
    return said(task, `has not answered yet and is ${status}; ${again}`);
  }
  const { answer, error, artifact } = turn;
  if (error !== undefined) throw cliProblem(EXIT.failed, error.code, safeText(error.message));
  const words = answer ?? (artifact === undefined ? "" : `artifact ${artifact.sha256}`);
  return `${safeText(words, { lines: true })}\n`;
}
