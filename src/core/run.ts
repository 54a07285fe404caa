import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Prompt,
  SharedV4Warning,
} from "@ai-sdk/provider";
import { Budget } from "./budget.ts";
import { promptTokens } from "./context.ts";
import { Deadline } from "./deadline.ts";
import type { CoordinationEvent } from "./events.ts";
import { type InlineReasoning, inlineReasoningOf } from "./inline-reasoning.ts";
import type { RoundRecord } from "./journal.ts";
import type { Settings } from "./options.ts";
import { problemOf, replaceProblem } from "./prompt-slot.ts";
import { deriveSeed, type Random, seededRandom } from "./random.ts";
import { Semaphore } from "./semaphore.ts";
import { type CompactMessage, type Trajectory, textOf } from "./trajectory.ts";

/** What all parts of one run share. */
export interface Run {
  readonly runId: string;
  readonly model: LanguageModelV4;
  readonly call: LanguageModelV4CallOptions;
  readonly settings: Settings;
  readonly seed: number;
  /** Whether the calls themselves get seeds: only if the caller gave one. */
  readonly seeded: boolean;
  readonly budget: Budget;
  readonly deadline: Deadline;
  readonly slots: Semaphore;
  readonly jitter: Random;
  /** Every call that ended, replayed ones included: the receipt is made of them. */
  readonly trajectories: Trajectory[];
  readonly replayed: ReadonlySet<Trajectory>;
  /** Those whose message was passed on, or is the answer; the tokens of all others are wasted. */
  readonly used: Set<Trajectory>;
  /** What the journal held when the run started, by place. */
  readonly recorded: ReadonlyMap<string, Trajectory[]>;
  readonly recordedRounds: ReadonlyMap<number, RoundRecord>;
  readonly signal: AbortSignal;
  readonly emit: (event: CoordinationEvent) => void;
  readonly warnings: SharedV4Warning[];
  /** Learnt from finished trajectories; the last round's stream needs it. */
  habit: InlineReasoning;
}

/** One place of a round: the unit that retries and hedges keep. */
export interface Place {
  round: number;
  index: number;
}

export const placeKey = ({ round, index }: Place): string => `${round}/${index}`;

export interface RunOptions {
  runId: string;
  model: LanguageModelV4;
  call: LanguageModelV4CallOptions;
  settings: Settings;
  signal: AbortSignal;
  emit: (event: CoordinationEvent) => void;
}

export function createRun({ runId, model, call, settings, signal, emit }: RunOptions): Run {
  const recorded = settings.journal?.trajectories() ?? [];
  const seed = settings.seed ?? call.seed ?? 0;
  const run: Run = {
    runId,
    model,
    call,
    settings,
    seed,
    seeded: settings.seed !== undefined || call.seed !== undefined,
    budget: new Budget({
      tokens: settings.budgetTokens,
      money: settings.budgetMoney,
      price: settings.price,
      maxOutputTokens: call.maxOutputTokens,
      plannedCalls: plannedCalls(settings.widths),
    }),
    deadline: new Deadline(settings.deadlineMs),
    slots: new Semaphore(settings.concurrency ?? Number.POSITIVE_INFINITY),
    // Delays need not be the same on a resume, only apart from each other.
    jitter: seededRandom(deriveSeed(seed, Date.now())),
    trajectories: [...recorded],
    replayed: new Set(recorded),
    used: new Set(),
    recorded: Map.groupBy(recorded, placeKey) as ReadonlyMap<string, Trajectory[]>,
    recordedRounds: new Map((settings.journal?.rounds() ?? []).map((record) => [record.round, record])),
    signal,
    emit,
    warnings: [],
    habit: inlineReasoningOf(
      textOf(recorded.findLast(({ outcome }) => outcome === "finished")?.content ?? []),
    ),
  };
  for (const { usage } of recorded) run.budget.spend(usage);
  return run;
}

function plannedCalls(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 1);
}

/** P(x, M) as a prompt; x unmodified while there are no messages (§2.1). */
export function promptFor(
  { call, settings }: Run,
  messages: readonly CompactMessage[],
): LanguageModelV4Prompt {
  if (messages.length === 0) return call.prompt;
  return replaceProblem(call.prompt, settings.template(problemOf(call.prompt), messages));
}

export function inputTokens({ settings }: Run, prompt: LanguageModelV4Prompt): number {
  return promptTokens(prompt, settings.countTokens);
}

export function modelOf({ model, settings }: Run, round: number): LanguageModelV4 {
  return settings.models?.[round - 1] ?? model;
}

/**
 * The seed of one call: an own offset for each place and attempt, for a seeded server would else return K
 * equal trajectories.
 */
export function seedOf(
  { seed, settings: { widths } }: Run,
  { round, index }: Place,
  attempt: number,
): number {
  const before = widths.slice(0, round - 1).reduce((sum, width) => sum + width, 0);
  return seed + before + index + attempt * plannedCalls(widths);
}

/** Book a call that ended: first on disk, only then for anyone to see. */
export async function record(run: Run, trajectory: Trajectory): Promise<void> {
  await run.settings.journal?.putTrajectory(trajectory);
  run.trajectories.push(trajectory);
  run.emit({ type: "trajectory-end", trajectory, replayed: false });
}
