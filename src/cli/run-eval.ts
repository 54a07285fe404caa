import { basename, extname, join } from "node:path";
import { moneyOf } from "../core/receipt.ts";
import type { Problem } from "../data/problem.ts";
import { type EvaluateOptions, evaluate, type Outcome } from "../eval/evaluate.ts";
import { methodTable } from "../eval/report-text.ts";
import { runCard } from "../eval/run-card.ts";
import { openStore } from "../eval/store.ts";
import { Tally } from "../eval/tally.ts";
import { writeReport } from "../eval/write-report.ts";
import { loadData, rejectionLines } from "./eval-data.ts";
import type { EvalFlags } from "./eval-flags.ts";
import { catchEvalInterrupts } from "./eval-interrupt.ts";
import { cardFacts, optionsOf } from "./eval-options.ts";
import { EvalProgress } from "./eval-progress.ts";
import { textTable } from "./eval-table.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { reportError } from "./explain-error.ts";
import { checkEmbedded } from "./model-options.ts";
import { modelReference } from "./model-reference.ts";

/** `pacore eval` */
export async function runEval(source: string, flags: EvalFlags): Promise<ExitCode> {
  const tell = (line: string) => void process.stderr.write(`${line}\n`);
  const loaded = await loadData(source, flags);
  for (const line of rejectionLines(loaded)) tell(line);
  const folder =
    flags.out ?? join("runs", `eval-${basename(source, extname(source)).replace(/[^\w.-]+/g, "-")}`);
  const reference = modelReference(flags);
  const { problems } = loaded;
  checkEmbedded(reference, problems);
  using interrupt = catchEvalInterrupts(tell);
  const store = await openStore(join(folder, "evaluation.db"), { create: flags.reportOnly !== true });
  try {
    const options = await optionsOf(reference, problems, { flags, store });
    Object.assign(options, { drain: interrupt.drain, abort: interrupt.abort });
    const { outcome, error } = flags.reportOnly
      ? { outcome: outcomeSoFar(problems, options), error: undefined }
      : await run(problems, options, flags);
    const { rejected, skipped } = loaded;
    const card = runCard({
      ...cardFacts(source, reference, { flags, problems, options }),
      rejected: rejected.length,
      skipped,
    });
    const { price } = options;
    const summary = await writeReport({ store, problems, plan: options, price, outcome, card, folder });
    if (flags.json)
      print({ type: "summary", ...outcome, methods: summary.methods, differences: summary.differences });
    else process.stdout.write(`${textTable(methodTable(summary.methods))}\n${join(folder, "report.html")}\n`);
    return error === undefined ? codeOf(outcome) : reportError(error);
  } finally {
    await store.close();
  }
}

const print = (record: object) => process.stdout.write(`${JSON.stringify(record)}\n`);

/** Run to the end, or to what ended it: what finished is reported all the same. */
async function run(
  problems: Problem[],
  options: EvaluateOptions,
  { json, quiet }: EvalFlags,
): Promise<{ outcome: Outcome; error: unknown }> {
  const progress = quiet || json ? undefined : new EvalProgress(process.stderr);
  const onProgress: EvaluateOptions["onProgress"] = json
    ? (now) => print({ type: "unit", ...now })
    : (now) => progress?.show(now);
  try {
    return { outcome: await evaluate(problems, { ...options, onProgress }), error: undefined };
  } catch (error) {
    // Before anything was begun there is nothing to report.
    if (options.store.spent().calls === 0) throw error;
    return { outcome: { ...outcomeSoFar(problems, options), end: "interrupted" }, error };
  } finally {
    progress?.close();
  }
}

/** What a store holds of a plan. */
function outcomeSoFar(problems: Problem[], options: EvaluateOptions): Outcome {
  const { store, price } = options;
  const known = store.problems();
  // A number that no problem has: nothing of it is finished.
  const numbers = problems.map(({ id }) => known.get(id)?.number ?? 0);
  const tally = new Tally(options, numbers, store.finished()).figures();
  const spent = store.spent();
  const end = tally.finished === tally.planned ? "done" : "interrupted";
  return { ...tally, end, spent, money: price && moneyOf(spent, price) };
}

function codeOf({ end, finished, planned }: Outcome): ExitCode {
  if (end === "interrupted") return EXIT.interrupted;
  return end === "budget" || finished < planned ? EXIT.incomplete : EXIT.answered;
}
