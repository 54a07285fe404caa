import { once } from "node:events";
import { createReadStream } from "node:fs";
import { Command, Option } from "commander";
import type { CodeRunner, Score, VerifyCase } from "../verify/index.ts";
import { EXIT } from "./exit-codes.ts";
import { InputError } from "./input-error.ts";

/** Where the command writes and leaves its exit code; `process` will do. */
export interface VerifyIo {
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
  exitCode?: number | string | null | undefined;
}

interface VerifyFlags {
  file?: string;
  gold?: string;
  pred?: string;
  kind?: VerifyCase["kind"] | "code";
  opts?: unknown;
}

const VERIFY_HELP = `
A line of the file: {"gold": "\\\\frac{1}{2}", "pred": "so it is \\\\boxed{0.5}", "kind": "math", "opts": {}}
Kinds: math (default), choice, exact, regex and json-schema, where gold is the pattern or the schema, and code,
where gold is {"tests": [{"input": "1 2", "output": "3"}], "func_name"?, "checker"?}.
Options of math: precision, percent, listOrder, inequalityForSet, sources.
Options of code: language (python, cpp, javascript), checker (tokens, lines, floats, integers), absolute, relative,
timeMs, memoryMb. Programs run in a sandbox: bubblewrap, or PACORE_SANDBOX=fusion:URL or piston:URL.

Each case gives one line, in order: {"equal": true, "value": 1, "answer": "0.5", "explanation": "…"}.
A value of "unscored" means that it could not be told: do not count it as wrong.

Exit codes: 0 all cases were read; 1 a line was not, which stderr names; 2 there is no such file.

Examples:
  $ pacore verify --gold '\\frac{1}{2}' --pred 'The answer is 50%.'
  $ pacore verify --file answers.jsonl | jq -r .value | sort | uniq -c`;

/** `pacore verify`: whether answers are right. Nothing but commander is loaded until it runs. */
export function verifyCommand(io: VerifyIo = process): Command {
  return new Command("verify")
    .summary("check answers against gold answers")
    .description(
      "Check answers against gold answers: mathematics, choices, exact text, patterns, JSON schemas, programs.",
    )
    .option("--file <path>", "cases as lines of JSON with gold, pred, kind?, opts?")
    .option("--gold <text>", "one gold answer, instead of a file")
    .option("--pred <text>", "the answer to check against it")
    .addOption(
      new Option("--kind <kind>", "what is compared, where a case does not say").choices([
        "math",
        "choice",
        "exact",
        "regex",
        "json-schema",
        "code",
      ]),
    )
    .option("--opts <json>", "options of the kind, as JSON", parseOptions)
    .addHelpText("after", VERIFY_HELP)
    .action((flags: VerifyFlags) => verify(io, flags));
}

function parseOptions(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError(`--opts is not JSON: ${(cause as Error).message}`, { cause });
  }
}

async function verify(io: VerifyIo, flags: VerifyFlags): Promise<void> {
  const hasCase = flags.gold !== undefined && flags.pred !== undefined;
  if (
    (flags.file === undefined) !== hasCase ||
    (flags.file !== undefined && (flags.gold ?? flags.pred) !== undefined)
  )
    throw new InputError("Name either --file, or both --gold and --pred.");
  await using code = new CodeScorer();
  const check = await checker(flags, code);
  if (flags.file !== undefined) return await verifyFile(io, flags.file, check);
  const result = await check({ gold: flags.gold, pred: flags.pred });
  if ("fault" in result) throw new InputError(result.fault);
  await print(io, result.line);
}

/** A sandbox is opened for the first program, if there is any. */
class CodeScorer {
  #runner: Promise<CodeRunner> | undefined;

  async score({ gold, pred, opts }: Omit<VerifyCase, "id" | "kind">): Promise<Score | { fault: string }> {
    const { codeVerifier, openRunner } = await import("../verify/index.ts");
    const { ZodError, z } = await import("zod");
    this.#runner ??= openRunner();
    const runner = await this.#runner;
    try {
      return await codeVerifier({ runner, options: opts }).score(pred, gold);
    } catch (error) {
      if (error instanceof ZodError) return { fault: `opts: ${oneLine(z.prettifyError(error))}` };
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const runner = await this.#runner?.catch(() => undefined);
    await runner?.close();
  }
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, " ");

type Checked = { line: string } | { fault: string };
type Check = (record: unknown) => Promise<Checked>;

/** Reads a case, scores it, and writes its line. */
async function checker(flags: VerifyFlags, code: CodeScorer): Promise<Check> {
  const { CASE_KINDS, caseSchema, scoreCase } = await import("../verify/index.ts");
  const { z } = await import("zod");
  const schema = caseSchema.extend({ kind: z.enum([...CASE_KINDS, "code"]).nullish() });
  return async (record) => {
    const parsed = schema.safeParse(record);
    if (!parsed.success) return { fault: oneLine(z.prettifyError(parsed.error)) };
    const { id, ...given } = parsed.data;
    const options = caseSchema.shape.opts.safeParse(given.opts ?? flags.opts);
    if (!options.success) return { fault: `--opts: ${oneLine(z.prettifyError(options.error))}` };
    const kind = given.kind ?? flags.kind;
    const asked = { ...given, opts: options.data };
    const score = kind === "code" ? await code.score(asked) : scoreCase({ ...asked, kind });
    return "fault" in score ? score : { line: lineOf(id, score) };
  };
}

const lineOf = (id: VerifyCase["id"], score: Score): string =>
  JSON.stringify({ ...(id != null && { id }), equal: score.value === 1, ...score });

async function verifyFile(io: VerifyIo, path: string, check: Check): Promise<void> {
  let number = 0;
  let faults = 0;
  for await (const line of linesOf(path)) {
    number++;
    if (line.trim() === "") continue;
    const result = await checkLine(line, check);
    if ("line" in result) await print(io, result.line);
    else {
      faults++;
      io.stderr.write(`${path}:${number}: ${result.fault}\n`);
    }
  }
  if (faults === 0) return;
  io.stderr.write(`pacore: ${faults} of ${number} lines could not be read; the others are done.\n`);
  io.exitCode = EXIT.failed;
}

async function checkLine(line: string, check: Check): Promise<Checked> {
  let record: unknown;
  try {
    record = JSON.parse(line.replace(/^\ufeff/, ""));
  } catch (error) {
    return { fault: `not JSON: ${(error as Error).message}` };
  }
  return check(record);
}

/** Lines as they are read: a file may be larger than the memory. */
async function* linesOf(path: string): AsyncGenerator<string> {
  try {
    // Not readline: it also splits at U+2028, which JSON may hold.
    let rest = "";
    for await (const chunk of createReadStream(path, "utf8")) {
      const lines = (chunk as string).split("\n");
      lines[0] = rest + lines[0];
      rest = lines.pop() as string;
      yield* lines;
    }
    if (rest !== "") yield rest;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    const reason = code === "ENOENT" ? "there is no such file" : message;
    throw new InputError(`--file: cannot read ${path}: ${reason}.`, { cause });
  }
}

async function print({ stdout }: VerifyIo, line: string): Promise<void> {
  if (!stdout.write(`${line}\n`)) await once(stdout, "drain");
}
