import { coordinate } from "../core/coordinate.ts";
import type { CoordinationEvent } from "../core/events.ts";
import { problemOf } from "../core/prompt-slot.ts";
import type { SolveResult } from "../core/result.ts";
import { parseWorklist } from "../embedded/worklist.ts";
import { isEmbedded } from "../upstream/reference.ts";
import { openView, tellingOf, viewKind } from "./choose-view.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { errorRecord, explainError, reportError } from "./explain-error.ts";
import { InputError } from "./input-error.ts";
import { catchInterrupts } from "./interrupt.ts";
import type { Limits } from "./limits.ts";
import { openModels } from "./open-models.ts";
import { resumeCommand } from "./resume-hint.ts";
import { openRunJournal } from "./run-journal.ts";
import type { OutputFlags } from "./solve-flags.ts";
import { headerOf, type SolvePlan } from "./solve-plan.ts";
import type { View } from "./view/view.ts";

interface RunOptions {
  runId: string;
  plan: SolvePlan;
  limits: Limits;
  output: OutputFlags;
}

/** Run a plan to its end, show it, and say how it ended. */
export async function runPlan({ runId, plan: asked, limits, output }: RunOptions): Promise<ExitCode> {
  const { stdout, stderr } = process;
  const kind = viewKind(output, { stdout, stderr });
  using interrupt = catchInterrupts();
  checkEmbedded(asked);
  const { model, models, plan } = await openModels(asked, interrupt.signal).catch((error) => {
    interrupt.signal.throwIfAborted();
    throw error;
  });
  await using kept = await openRunJournal(headerOf(runId, plan, { ...limits }), output.journal);
  const view = await openView(kind, { stdout, stderr });
  const seen = whatHappened();
  if (plan.sample) view.tell(problemLines(plan.sample));
  const { explorerModel: _, ...settings } = plan.settings;
  try {
    const events = coordinate(model, plan.call, {
      ...settings,
      ...limits,
      ...tellingOf(kind, { stream: output.stream, widths: plan.widths }, stdout),
      ...(models && { models }),
      ...(kept.journal && { journal: kept.journal }),
      widths: plan.widths,
      runId,
      abortSignal: interrupt.signal,
    });
    for await (const event of events) {
      view.show(event);
      seen.note(event);
    }
  } catch (thrown) {
    view.close();
    const error = interrupt.signal.aborted ? interrupt.signal.reason : thrown;
    return ended(error, { view, kind, seen, resume: resumeCommand(runId, output.journal) });
  }
  // A run that had finished before shows its result, not its rounds.
  const firstRound = seen.firstRound ?? kept.journal?.rounds()[0]?.messages ?? [];
  return answered(seen.result, { plan, view, kind, firstRound });
}

/** The embedded model would answer anything with what it is: say so before five calls are made for it. */
function checkEmbedded({ model, call, sample }: SolvePlan): void {
  if (!isEmbedded(model) || sample || parseWorklist(problemOf(call.prompt))) return;
  throw new InputError(
    "The embedded model solves work lists only (pacore solve --sample); for this problem name a real model " +
      "with --model http://localhost:8000/v1#model-id, --model provider:model, or PACORE_MODEL.",
  );
}

type Seen = ReturnType<typeof whatHappened>;

/** Follows what a run has to show for itself, should it not reach its end. */
function whatHappened() {
  const seen = {
    round: 1,
    conclusions: 0,
    firstRound: undefined as readonly string[] | undefined,
    result: undefined as SolveResult | undefined,
    note(event: CoordinationEvent) {
      if (event.type === "round-start") {
        seen.round = event.round;
        seen.conclusions = 0;
      } else if (event.type === "trajectory-end" && event.trajectory.outcome === "finished")
        seen.conclusions++;
      else if (event.type === "round-end" && event.round === 1) seen.firstRound = event.messages;
      else if (event.type === "finish") seen.result = event.result;
    },
  };
  return seen;
}

interface EndOptions {
  view: View;
  kind: ReturnType<typeof viewKind>;
  seen: Seen;
  /** Undefined if nothing is kept. */
  resume: string | undefined;
}

/** The run has no answer: say why, what is kept, and how to go on. */
function ended(error: unknown, { view, kind, seen, resume }: EndOptions): ExitCode {
  const { code } = explainError(error);
  const finished = `${seen.conclusions} conclusions of round ${seen.round} had finished`;
  // Before anything was asked there is nothing to go on with.
  const hint = code === EXIT.badInput ? undefined : resume;
  if (kind === "json") {
    const record = errorRecord(error);
    view.extra({ ...record, round: seen.round, finished: seen.conclusions, resume: hint });
    return code;
  }
  reportError(error);
  if (code === EXIT.badInput) return code;
  const kept = resume ? "what finished is kept" : "nothing is kept (--no-journal)";
  process.stderr.write(`${finished}; ${kept}.\n`);
  if (hint) process.stderr.write(`resume: ${hint}\n`);
  return code;
}

interface AnsweredOptions {
  plan: SolvePlan;
  view: View;
  kind: ReturnType<typeof viewKind>;
  firstRound: readonly string[];
}

/** The run has a result: check it if it is a sample's, and say what it lacks. */
async function answered(
  result: SolveResult | undefined,
  { plan, view, kind, firstRound }: AnsweredOptions,
): Promise<ExitCode> {
  if (!result) return EXIT.failed;
  if (plan.sample) await showCheck(view, plan, result, firstRound);
  const lack = missing(result, plan.widths);
  if (lack && kind !== "json") process.stderr.write(`pacore: incomplete: ${lack}.\n`);
  return lack ? EXIT.incomplete : EXIT.answered;
}

/** An answer that is cut off, or that no synthesis gave although one was planned, is incomplete. */
function missing(
  { answer, finishReason, source }: SolveResult,
  widths: readonly number[],
): string | undefined {
  const { unified } = finishReason;
  if (unified === "content-filter") return "the model's content filter ended the answer";
  if (answer === "" || unified === "length") return "the answer was cut off; raise --max-tokens";
  if (source === "message") return "the synthesis did not end; the answer is the most frequent conclusion";
  if (source === "single" && widths.length > 0)
    return "there was nothing to synthesise; the answer is one sample";
  return undefined;
}

function problemLines({ seed, problem }: NonNullable<SolvePlan["sample"]>): string[] {
  return [`sample ${seed}, a work list:`, ...problem.split("\n").map((line) => `  ${line}`), ""];
}

async function showCheck(
  view: View,
  { sample }: SolvePlan,
  { answer }: SolveResult,
  firstRound: readonly string[],
) {
  const { checkSample, sampleCheckLines } = await import("./sample-check.ts");
  const check = checkSample(sample?.problem ?? "", answer, firstRound);
  view.extra({ type: "sample-check", ...check });
  view.tell(sampleCheckLines(check));
}
