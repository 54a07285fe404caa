import { Meter } from "../core/meter.ts";
import { parseFieldMap } from "../data/field-map.ts";
import type { Grader } from "../data/grade.ts";
import { checkKinds, graderFor } from "../data/grader.ts";
import { PROBLEM_KINDS, type Problem, type ProblemKind } from "../data/problem.ts";
import type { Rejected } from "../data/rows.ts";
import { exportPool, type ImportFigures, importPool } from "../train/pool/index.ts";
import { codeGrader } from "./eval-code.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { InputError } from "./input-error.ts";
import { judgeOf } from "./model-options.ts";
import { existingPool } from "./pool-argument.ts";
import type { PoolImportFlags } from "./pool-flags.ts";
import { ProgressLine } from "./progress-line.ts";

/** Rejected lines that are shown one by one. */
const SHOWN = 10;

/** Tells of bad lines as they come, up to a number. */
class Rejections {
  count = 0;

  readonly add = ({ file, line, reason }: Rejected): void => {
    if (++this.count <= SHOWN) process.stderr.write(`${file}:${line}: ${reason}\n`);
  };

  /** Exit code of the command: something was left out, or not. */
  close(): ExitCode {
    if (this.count > SHOWN) process.stderr.write(`… and ${this.count - SHOWN} more.\n`);
    return this.count > 0 ? EXIT.incomplete : EXIT.answered;
  }
}

/** `pacore pool export` */
export async function poolExport(path: string, { out }: { out: string }): Promise<ExitCode> {
  const rejections = new Rejections();
  const records = await exportPool(await existingPool(path), { out, onRejected: rejections.add });
  process.stdout.write(`${records} records\n${out}\n`);
  return rejections.close();
}

/** `pacore pool import` */
export async function poolImport(source: string, flags: PoolImportFlags): Promise<ExitCode> {
  const { out, map, format, kind, limit, concurrency, json, quiet } = flags;
  if (kind !== undefined && !PROBLEM_KINDS.includes(kind as ProblemKind))
    throw new InputError(`--kind: "${kind}" is none of ${PROBLEM_KINDS.join(", ")}.`);
  const rejections = new Rejections();
  const progress = json || quiet ? undefined : new ProgressLine(process.stderr);
  let figures: ImportFigures;
  try {
    figures = await importPool(source, {
      out,
      ...(map.length > 0 && { map: parseFieldMap(map) }),
      ...(format !== undefined && { format }),
      ...(kind !== undefined && { kind: kind as ProblemKind }),
      ...(limit !== undefined && { limit }),
      grader: flags.grade ? await graders(flags) : undefined,
      concurrency,
      onRejected: rejections.add,
      onProgress: ({ problems, graded }) =>
        progress?.show(() => `${problems} problems${graded > 0 ? `, ${graded} messages graded` : ""}`),
    });
  } finally {
    progress?.close();
  }
  if (json)
    process.stdout.write(
      `${JSON.stringify({ type: "summary", ...figures, rejected: rejections.count, pool: out })}\n`,
    );
  else process.stdout.write(`${summaryText(figures)}\n${out}\n`);
  return rejections.close();
}

/** Graders as problems come: a sandbox is opened when the first program does. */
async function graders({
  judgeModel,
  judgeVotes,
}: PoolImportFlags): Promise<(problem: Problem) => Promise<Grader>> {
  const judge = judgeModel === undefined ? undefined : await judgeOf(judgeModel, judgeVotes, new Meter());
  let sandbox: ReturnType<typeof codeGrader> | undefined;
  return async (problem) => {
    if (problem.kind === "code") sandbox ??= codeGrader([problem]);
    const resources = { judge, code: await sandbox };
    checkKinds([problem], resources);
    return graderFor(problem, resources);
  };
}

function summaryText(figures: ImportFigures): string {
  const { problems, messages, bare, blank, goldless, graded, unscored } = figures;
  const left = blank > 0 ? `, ${blank} without a conclusion left out` : "";
  const lines = [`${problems} problems, ${messages} messages${left}; ${graded} graded, ${unscored} unscored`];
  if (bare > 0) lines.push(`${bare} problems bring no message`);
  if (goldless > 0)
    lines.push(
      `${goldless} problems have no gold answer and cannot be graded; name it with --map answer=FIELD`,
    );
  return lines.join("\n");
}
