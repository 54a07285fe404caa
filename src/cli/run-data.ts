import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { arithmeticProblems } from "../data/arithmetic.ts";
import type { Problem } from "../data/problem.ts";
import { worklistProblems } from "../data/worklists.ts";
import { loadData, rejectionLines } from "./eval-data.ts";
import type { DataFlags } from "./eval-flags.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { InputError } from "./input-error.ts";

interface OutFlags {
  out?: string;
}

export interface ArithmeticFlags extends OutFlags {
  count: number;
  digits?: string;
  seed: number;
}

/** `pacore data arithmetic`: synthetic problems (Appendix C.1), one JSON line each. */
export async function writeArithmetic({ count, digits, seed, out }: ArithmeticFlags): Promise<ExitCode> {
  const problems = arithmeticProblems({
    count,
    seed,
    ...(digits !== undefined && { digits: digitsOf(digits) }),
  });
  return write(problems, out);
}

/** `pacore data worklists`: problems of the embedded model, one JSON line each. */
export async function writeWorklists({
  count,
  seed,
  out,
}: Omit<ArithmeticFlags, "digits">): Promise<ExitCode> {
  return write(worklistProblems({ count, seed }), out);
}

/** `pacore data convert`: any data set as our JSON lines; what is no problem is told on stderr. */
export async function convertData(
  source: string,
  { out, ...flags }: DataFlags & OutFlags,
): Promise<ExitCode> {
  const loaded = await loadData(source, flags);
  for (const line of rejectionLines(loaded)) process.stderr.write(`${line}\n`);
  await write(loaded.problems, out);
  return loaded.rejected.length > 0 ? EXIT.incomplete : EXIT.answered;
}

/** "12-13", or "12" for both. */
function digitsOf(text: string): [number, number] {
  const [, least, most = least] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(text.trim()) ?? [];
  if (least === undefined) throw new InputError(`--digits: "${text}" is not a range such as 12-13.`);
  return [Number(least), Number(most)];
}

async function write(problems: readonly Problem[], out: string | undefined): Promise<ExitCode> {
  const lines = Readable.from(problems.map((problem) => `${JSON.stringify(problem)}\n`));
  if (out === undefined) for await (const line of lines) process.stdout.write(line as string);
  else await pipeline(lines, createWriteStream(out));
  return EXIT.answered;
}
