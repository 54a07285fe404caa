import { once } from "node:events";
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

Each case gives one line, in order: {"equal": true, "value": 1, "answer": "0.5", "explanation": "…"}, with its id
if it has one. A value of "unscored" means that it could not be told: do not count it as wrong. A pred of null is
no answer. A case without gold, say, is unscored, and stderr names its line; blank lines are passed over.

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
  const { fault, line } = await check({ gold: flags.gold, pred: flags.pred });
  if (fault !== undefined) throw new InputError(fault);
  await print(io, line);
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

/** The result's line; of a case that cannot be scored, why not. */
interface Checked {
  line: string;
  fault?: string;
}
type Check = (record: unknown) => Promise<Checked>;

/** Reads a case, scores it, and writes its line. */
async function checker(flags: VerifyFlags, code: CodeScorer): Promise<Check> {
  const { CASE_KINDS, caseSchema, scoreCase } = await import("../verify/index.ts");
  const { z } = await import("zod");
  const schema = caseSchema.extend({ kind: z.enum([...CASE_KINDS, "code"]).nullish() });
  return async (record) => {
    const id = (record as { id?: unknown } | null)?.id;
    const parsed = schema.safeParse(withJsonAsText(record, flags.kind));
    if (!parsed.success) return faulty(id, faultsOf(parsed.error.issues));
    const { id: _, ...given } = parsed.data;
    const options = caseSchema.shape.opts.safeParse(given.opts ?? flags.opts);
    if (!options.success) return faulty(id, `--opts: ${faultsOf(options.error.issues)}`);
    const kind = given.kind ?? flags.kind;
    const asked = { ...given, opts: options.data };
    const score = kind === "code" ? await code.score(asked) : scoreCase({ ...asked, kind });
    return "fault" in score ? faulty(id, score.fault) : { line: lineOf(id, score) };
  };
}

/** For a schema the answer may be given as JSON, not as text. */
function withJsonAsText(record: unknown, kind: VerifyFlags["kind"]): unknown {
  const { pred, kind: own } = (record ?? {}) as { pred?: unknown; kind?: unknown };
  const isJson = (own ?? kind) === "json-schema" && typeof pred === "object";
  return isJson ? { ...(record as object), pred: JSON.stringify(pred) } : record;
}

interface Issue {
  path: PropertyKey[];
  message: string;
}

/** Our own messages go on from the field's name: "pred is missing"; the others begin anew. */
const faultsOf = (issues: readonly Issue[]): string =>
  issues
    .map(
      ({ path, message }) => `${path.map(String).join(".")}${/^[A-Z]/.test(message) ? ": " : " "}${message}`,
    )
    .join("; ")
    .replace(/\s*\n\s*/g, " ");

const lineOf = (id: unknown, score: Score): string =>
  JSON.stringify({ ...(id != null && { id }), equal: score.value === 1, ...score });

/** A case that cannot be scored has its line too: the lines stay beside the cases. */
const faulty = (id: unknown, fault: string): Checked => ({
  line: lineOf(id, { value: "unscored", answer: null, explanation: `The case cannot be read: ${fault}.` }),
  fault,
});

async function verifyFile(io: VerifyIo, path: string, check: Check): Promise<void> {
  const { caseLines } = await import("./case-lines.ts");
  let lines = 0;
  let faults = 0;
  for await (const given of caseLines(path)) {
    lines = given.number;
    const isCase = "record" in given && typeof given.record === "object" && !Array.isArray(given.record);
    const result = isCase && given.record !== null ? await check(given.record) : undefined;
    if (result) await print(io, result.line);
    const fault = result ? result.fault : "fault" in given ? given.fault : "a case must be an object: {…}";
    if (fault === undefined) continue;
    faults++;
    io.stderr.write(`${path}:${given.number}: ${fault}\n`);
  }
  if (faults === 0) return;
  io.stderr.write(`pacore: ${faults} of ${lines} lines could not be read; the others are done.\n`);
  io.exitCode = EXIT.failed;
}

async function print({ stdout }: VerifyIo, line: string): Promise<void> {
  if (!stdout.write(`${line}\n`)) await once(stdout, "drain");
}
