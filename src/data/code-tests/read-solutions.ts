import { z } from "zod";
import { type Language, languageOf } from "../../verify/code/program.ts";

/** A program by somebody, known to be right or wrong. */
export interface Solution {
  language: Language;
  source: string;
}

export interface Solutions {
  list: Solution[];
  /** Those in languages that are not run here. */
  skipped: number;
}

/** CodeContests' numbers: Python 2, C++, Python 3, Java. */
const CODE_CONTESTS: Readonly<Record<number, Language | undefined>> = { 2: "cpp", 3: "python" };

/** The names that judges give their languages, CodeContests+'s among them. */
const JUDGE_NAMES: Readonly<Record<string, Language>> = {
  py3: "python",
  pypy3: "python",
  python_3: "python",
  cpp11: "cpp",
  cpp14: "cpp",
  cpp17: "cpp",
  cpp20: "cpp",
  nodejs: "javascript",
};

const language = z.union([z.string(), z.int()]).nullish();
const objects = z.array(
  z.union([
    z.string(),
    z
      .object({
        language,
        source: z.string().optional(),
        code: z.string().optional(),
        solution: z.string().optional(),
      })
      .refine(({ source, code, solution }) => (source ?? code ?? solution) !== undefined, "has no source"),
  ]),
);
/** CodeContests keeps its solutions as columns. */
const columns = z
  .object({ language: z.array(z.union([z.string(), z.int()])), solution: z.array(z.string()) })
  .refine(({ language, solution }) => language.length === solution.length, "has not one language a solution");

/**
 * Solutions as data sets write them: texts; `{language, source | code | solution}`; columns of both; or the JSON of
 * any of these. Equal ones count once.
 * @throws {z.ZodError}
 */
export function readSolutions(value: unknown): Solutions {
  if (value === undefined || value === null || value === "") return { list: [], skipped: 0 };
  const plain = typeof value === "string" ? parsedList(value) : value;
  const all = Array.isArray(plain) ? fromObjects(objects.parse(plain)) : fromColumns(columns.parse(plain));
  const usable = all.filter((one): one is Solution => one.language !== undefined && one.source.trim() !== "");
  const distinct = new Map(usable.map((one) => [`${one.language}\n${one.source}`, one]));
  return { list: [...distinct.values()], skipped: all.length - usable.length };
}

type Found = Omit<Solution, "language"> & { language: Language | undefined };

function fromObjects(list: z.output<typeof objects>): Found[] {
  return list.map((one) => {
    if (typeof one === "string") return { language: guessLanguage(one), source: one };
    const source = one.source ?? one.code ?? one.solution ?? "";
    return {
      language: one.language == null ? guessLanguage(source) : languageNamed(one.language),
      source,
    };
  });
}

const fromColumns = ({ language, solution }: z.output<typeof columns>): Found[] =>
  solution.map((source, index) => ({ language: languageNamed(language[index] ?? 0), source }));

function languageNamed(name: string | number): Language | undefined {
  if (typeof name === "number") return CODE_CONTESTS[name];
  return languageOf(name) ?? JUDGE_NAMES[name.trim().toLowerCase()];
}

/** Data sets without languages hold Python, and now and then C++. */
const guessLanguage = (source: string): Language => (/^\s*#\s*include\b/m.test(source) ? "cpp" : "python");

/** A text that is no JSON list is one solution. */
function parsedList(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return [text];
  try {
    return JSON.parse(text);
  } catch {
    return [text];
  }
}
