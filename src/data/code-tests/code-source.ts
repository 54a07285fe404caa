import { z } from "zod";
import { codeOptionsSchema, readGold } from "../../verify/code/gold.ts";
import { type FieldMap, mapFields } from "../field-map.ts";
import { has } from "../formats/format.ts";
import { problemReader } from "../load.ts";
import { issueOf, type Problem } from "../problem.ts";
import type { Row } from "../rows.ts";
import { readSolutions, type Solution } from "./read-solutions.ts";

/** An input and what a right program prints for it. */
export interface KnownTest {
  input: string;
  output: string;
}

/** A programming problem with solutions known to be right and wrong: what tests are made for. */
export interface CodeSource {
  id: string;
  prompt: Problem["prompt"];
  good: Solution[];
  bad: Solution[];
  /** Solutions in languages that are not run here. */
  skipped: number;
  /** Tests that came with the problem. */
  tests: KnownTest[];
  /** For the verifier: `timeMs`, `memoryMb`, `checker`, tolerances. */
  options: Record<string, unknown>;
  /** A checker program that came with the problem, as the gold answer holds it. */
  checker?: unknown;
  meta?: Problem["meta"];
}

/** Fields that `--map` may name besides id, prompt, options and meta. */
export const CODE_FIELDS = ["id", "prompt", "good", "bad", "tests", "answer", "options", "meta"];

const GOOD = ["good", "correct_submissions", "correct_solutions", "solutions"];
const BAD = ["bad", "incorrect_submissions", "incorrect_solutions"];
const TESTS = ["tests", "public_tests", "private_tests"];

const pair = z.object({ input: z.string(), output: z.string() });
const listed = z.array(pair);
const columns = z
  .object({ input: z.array(z.string()), output: z.array(z.string()) })
  .refine(({ input, output }) => input.length === output.length, "has not as many outputs as inputs")
  .transform(({ input, output }) => input.map((text, i) => ({ input: text, output: output[i] as string })));

/**
 * How a record is read as a problem with solutions: CodeContests, CodeContests+, anything that `pacore eval` reads with
 * the solutions in fields of its own (`good` and `bad`, or mapped), LiveCodeBench too. What it returns throws an error
 * with the reason.
 */
export function codeSourceReader({
  map,
  format,
}: {
  map?: FieldMap | undefined;
  format?: string | undefined;
}): (row: Row) => CodeSource {
  const readProblem = problemReader({ kind: "code", ...(format !== undefined && { format }) });
  return (row) => {
    const value = map ? mapFields(row.value, map) : row.value;
    try {
      const problem = readProblem({ ...row, value: asProblem(value) });
      if (!problem) throw new Error("has a picture");
      return sourceOf(problem, value);
    } catch (error) {
      throw error instanceof z.ZodError ? new Error(issueOf(error)) : error;
    }
  };
}

/** CodeContests calls the statement a description, and has its id in its name. */
function asProblem(value: Record<string, unknown>): Record<string, unknown> {
  if (has(value, "prompt") || !has(value, "description")) return value;
  const { description, answer, ...rest } = value;
  const id = value.id ?? value.name;
  return { ...rest, prompt: description, ...(id !== undefined && { id: String(id) }) };
}

function sourceOf(problem: Problem, value: Record<string, unknown>): CodeSource {
  const { id, prompt, answer, options = {}, meta } = problem;
  const [good, bad] = [readSolutions(first(value, GOOD)), readSolutions(first(value, BAD))];
  const gold = answer === undefined || answer === null ? undefined : readGold(answer);
  if (gold?.tests.some(({ testtype }) => testtype === "functional"))
    throw new Error("calls a function; tests are made for programs that read stdin");
  const known = TESTS.filter((name) => has(value, name)).flatMap((name) => readTests(value[name]));
  const tests = [...(gold?.tests ?? []), ...known].map(({ input, output }) => ({ input, output }));
  const both = new Set(good.list.map(({ source }) => source));
  const contradiction = bad.list.find(({ source }) => both.has(source));
  if (contradiction) throw new Error("has a solution among the good and the bad ones");
  return {
    id,
    prompt,
    good: good.list,
    bad: bad.list,
    skipped: good.skipped + bad.skipped,
    tests: [...new Map(tests.map((test) => [test.input, test])).values()],
    options: codeOptionsSchema.parse({ ...limitsOf(value), ...options }),
    ...(gold?.checker && { checker: gold.checker }),
    ...(meta && { meta }),
  };
}

const first = (value: Record<string, unknown>, names: readonly string[]): unknown =>
  value[names.find((name) => has(value, name)) ?? ""];

function readTests(value: unknown): KnownTest[] {
  const plain = typeof value === "string" ? JSON.parse(value) : value;
  return Array.isArray(plain) ? listed.parse(plain) : columns.parse(plain);
}

/** CodeContests: seconds and nanoseconds, bytes; CodeContests+: milliseconds, megabytes. */
function limitsOf({
  time_limit: time,
  memory_limit_bytes: bytes,
  memory_limit: megabytes,
}: Record<string, unknown>) {
  const seconds =
    typeof time === "object" && time !== null ? (time as { seconds?: unknown; nanos?: unknown }) : {};
  const nanos = Number(seconds.nanos ?? 0);
  const timeMs = typeof time === "number" ? time : Number(seconds.seconds ?? 0) * 1000 + nanos / 1e6;
  const memoryMb = Number(bytes ?? 0) > 0 ? Number(bytes) / 2 ** 20 : Number(megabytes ?? 0);
  return { ...(timeMs > 0 && { timeMs }), ...(memoryMb > 0 && { memoryMb }) };
}
