import { createRequire } from "node:module";
import { type Command, CommanderError } from "commander";
import { EXIT } from "./exit-codes.ts";
import { createProgram } from "./program.ts";

/** Run the command line. The exit code is the process's when all output is written. */
export async function main(argv: readonly string[] = process.argv): Promise<void> {
  endWithLauncher();
  // Whoever read our output has gone; that is their right, and no reason to go on paying.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    process.exit(error.code === "EPIPE" ? EXIT.answered : EXIT.failed);
  });
  try {
    await prepared(createProgram(packageVersion())).parseAsync([...argv]);
  } catch (error) {
    process.exitCode = await codeOf(error);
  }
  await written(process.stdout);
  // Idle connections and native threads would keep the process for seconds.
  process.exit();
}

/** One line an error, on stderr; exit codes are ours. */
function prepared(program: Command): Command {
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
  for (const command of all(program)) {
    command.exitOverride().configureOutput({
      outputError: (text, write) => write(`${lineOf(text)}; see ${fullName(command)} --help\n`),
    });
  }
  return program;
}

function lineOf(text: string): string {
  const line = text
    .replace(/^error: /, "")
    .trim()
    .replace(/\s*\n\s*/g, " ");
  return `pacore: ${line.replace(/\.$/, "")}`;
}

function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}

async function codeOf(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.answered : EXIT.badInput;
  return (await import("./explain-error.ts")).reportError(error);
}

function packageVersion(): string {
  return (createRequire(import.meta.url)("../../package.json") as { version: string }).version;
}

function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write("", () => resolve()));
}

/**
 * `bin/pacore.mjs` may have started us in a newer Node. If it is killed, nobody would wait for the answer: end
 * as if asked to.
 */
function endWithLauncher(): void {
  if (!process.channel) return;
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel.unref();
}
