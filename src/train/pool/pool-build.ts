import { childController } from "../../core/abort.ts";
import { Caps } from "../../core/caps.ts";
import { UpstreamDownError } from "../../core/errors.ts";
import type { PlaceOutcome } from "../../core/place-outcome.ts";
import { seedFor } from "../../core/random.ts";
import { redact } from "../../core/redact.ts";
import { Semaphore } from "../../core/semaphore.ts";
import { Slots } from "../../core/slots.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import type { TokenUsage } from "../../core/usage.ts";
import { problemJournal } from "../../data/asking/work-journal.ts";
import { type Grade, type Grader, gradeOnce } from "../../data/grade.ts";
import type { Problem } from "../../data/problem.ts";
import type { RunJournal } from "../../journal/run-journal.ts";
import type { BuildOutcome, BuildSettings } from "./build-pool.ts";
import { type BuildFigures, BuildTally, type MessageSums } from "./build-tally.ts";
import { type PoolMessage, withoutMessages } from "./pool-entry.ts";
import type { PoolFile } from "./pool-file.ts";
import type { PoolJournal } from "./pool-journal.ts";
import { MessageSampler } from "./sample-messages.ts";
import { type Seat, seatsFor } from "./seats.ts";

/** The endpoint is at fault then, and going on would help nobody. */
const MOST_FAILURES_IN_A_ROW = 50;
const SHOWN_FAILURES = 10;

export interface BuildParts {
  problems: readonly Problem[];
  /** Those that are not in the file. */
  missing: readonly Problem[];
  /** What the file holds. */
  before: MessageSums;
  file: PoolFile;
  /** The file's first line, by the indices of complete problems. */
  headed?: ((complete: number[]) => string) | undefined;
  journal: PoolJournal;
  options: BuildSettings;
}

/** A place that is over: its message, or why there is none. */
type Filled = PoolMessage | Exclude<PlaceOutcome, { kind: "message" }>;

type Grading = (message: string, signal: AbortSignal) => Promise<Grade>;

/** What the problems of one build share while it runs. */
export class PoolBuild {
  readonly #parts: BuildParts;
  readonly #options: BuildSettings;
  readonly #slots: Slots;
  readonly #grading: Semaphore;
  readonly #caps: Caps;
  readonly #tally: BuildTally;
  readonly #child: ReturnType<typeof childController>;
  readonly #failures: BuildOutcome["failures"] = [];
  #unscoredBecause: string | undefined;
  #fatal: { error: unknown } | undefined;
  #overBudget = false;

  constructor(parts: BuildParts) {
    const { problems, missing, before, journal, options } = parts;
    const { concurrency, size, call, price, budgetTokens: tokens, budgetMoney: money } = options;
    this.#parts = parts;
    this.#options = options;
    this.#slots = new Slots(concurrency);
    this.#grading = new Semaphore(concurrency);
    this.#caps = new Caps({ tokens, money, price, maxOutputTokens: call?.maxOutputTokens }, journal.spent);
    const resumed = problems.length - missing.length;
    this.#tally = new BuildTally({ problems: problems.length, resumed, size }, before);
    this.#child = childController([options.abort]);
    if (options.meter) options.meter.onUsage = (usage) => this.#bookVerifier(usage);
  }

  async run(): Promise<BuildOutcome> {
    const { problems, file, headed } = this.#parts;
    await this.#all();
    this.#child.release();
    const ids = problems.map(({ id }) => id);
    await file.finish(ids, headed);
    if (this.#fatal) throw this.#fatal.error;
    return {
      ...this.#figures(),
      end: this.#end(),
      failures: this.#failures,
      ...(this.#unscoredBecause && { unscoredBecause: redact(this.#unscoredBecause) }),
    };
  }

  /** Problem after problem, each begun as soon as a call of it could start. */
  async #all(): Promise<void> {
    const { missing, journal } = this.#parts;
    const running = new Set<Promise<void>>();
    try {
      for (const problem of missing) {
        const grader = this.#graderOf(problem);
        if (!grader) continue;
        await this.#slots.available();
        // Problems that only replay or verify take no slot; they are bounded all the same.
        while (running.size > this.#options.concurrency) await Promise.race(running);
        // A judge is paid too, even for messages that are in the journal.
        if (problem.kind === "judge" && this.#caps.exhausted) this.#overBudget = true;
        if (this.#stopping) break;
        const run = await journal.run(problem);
        const built = this.#problem(problem, grader, run).catch((error) => this.#stop(error));
        const tracked: Promise<void> = built.finally(() => running.delete(tracked));
        running.add(tracked);
      }
    } catch (error) {
      this.#stop(error);
    } finally {
      await Promise.all(running);
    }
  }

  /** A gold answer that its verifier cannot read is that problem's fault alone, and is found before it is paid. */
  #graderOf(problem: Problem): Grader | undefined {
    try {
      return this.#options.grader(problem);
    } catch (error) {
      this.#fail(problem, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  /** Nothing new may start. */
  get #stopping(): boolean {
    return this.#overBudget || this.#child.signal.aborted || this.#options.drain?.aborted === true;
  }

  async #problem(problem: Problem, grader: Grader, run: RunJournal): Promise<void> {
    const { size, concurrency, together = false } = this.#options;
    const sampler = this.#sampler(problem, run);
    const grade = gradeOnce(grader, this.#grading);
    const indices = Array.from({ length: size }, (_, index) => index);
    const calls = indices.filter((index) => !sampler.isKnown(index)).length;
    const seat = await seatsFor(this.#slots, calls, together && calls <= concurrency);
    const filled = await Promise.all(indices.map((index) => this.#place(sampler, index, { grade, seat })));
    if (filled.includes(undefined)) return;
    const failed = filled.find((one) => one !== undefined && "reason" in one);
    if (failed && "reason" in failed) return this.#fail(problem, failed.reason);
    const messages = filled.filter((one): one is PoolMessage => one !== undefined && "text" in one);
    await sampler.finish(messages.map(({ text }) => text));
    const entry = { problem: withoutMessages(problem), messages };
    await this.#parts.file.append(entry);
    this.#tally.add(entry, size);
    this.#options.onEntry?.(entry, this.#figures());
    this.#options.onProgress?.(this.#figures());
  }

  #sampler(problem: Problem, run: RunJournal): MessageSampler {
    const { model, call = {}, coordinate = {}, size, seed, keepReasoning = true } = this.#options;
    const { signal } = this.#child;
    const journal = problemJournal(run, {
      keepReasoning,
      isStopped: () => signal.aborted,
      onPut: (trajectory) => this.#put(trajectory),
    });
    const own = seedFor(seed, problem.id);
    return new MessageSampler(problem, { model, call, coordinate, size, seed: own, journal, signal });
  }

  /** undefined if it was not begun, or was cancelled: then it goes on in the next life. */
  async #place(
    sampler: MessageSampler,
    index: number,
    { grade, seat }: { grade: Grading; seat: Seat },
  ): Promise<Filled | undefined> {
    const { signal } = this.#child;
    try {
      const known = sampler.isKnown(index);
      if (known) this.#tally.replay();
      const outcome = await (known ? sampler.place(index) : this.#pay(sampler, index, seat));
      if (outcome?.kind !== "message") return outcome;
      const { value, explanation } = await grade(outcome.text, signal);
      if (value === null) this.#unscoredBecause ??= explanation;
      return { text: outcome.text, score: value };
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  async #pay(sampler: MessageSampler, index: number, seat: Seat): Promise<PlaceOutcome | undefined> {
    const leave = await seat();
    try {
      if (!this.#admit()) return undefined;
      try {
        const outcome = await sampler.place(index);
        this.#ended(outcome);
        return outcome;
      } finally {
        this.#caps.settle(1);
      }
    } finally {
      leave();
    }
  }

  #ended(outcome: PlaceOutcome): void {
    this.#tally.end(outcome.kind === "failed");
    this.#options.onProgress?.(this.#figures());
    if (outcome.kind === "failed" && this.#tally.failedInARow >= MOST_FAILURES_IN_A_ROW)
      this.#stop(new UpstreamDownError(MOST_FAILURES_IN_A_ROW, outcome.reason));
  }

  #admit(): boolean {
    if (this.#stopping) return false;
    if (this.#caps.reserve(1)) return true;
    this.#overBudget = true;
    return false;
  }

  #put({ usage, outcome }: Trajectory): void {
    if (outcome === "cut-off") this.#tally.cutOff++;
    this.#book(usage);
  }

  /** A call is on disk; what a spent budget still has in flight is cancelled. */
  #book(usage: TokenUsage): void {
    this.#caps.book(usage);
    if (!this.#caps.exhausted) return;
    this.#overBudget = true;
    this.#child.controller.abort(new Error("The pool's budget is spent."));
  }

  #bookVerifier(usage: TokenUsage): void {
    this.#parts.journal.putVerifierCall(usage).catch((error) => this.#stop(error));
    this.#book(usage);
  }

  #fail({ id }: Problem, reason: string): void {
    this.#tally.failed++;
    if (this.#failures.length < SHOWN_FAILURES) this.#failures.push({ id, reason: redact(reason) });
  }

  #stop(error: unknown): void {
    if (this.#child.signal.aborted) return;
    this.#fatal = { error };
    this.#child.controller.abort(error);
  }

  #figures(): BuildFigures {
    return this.#tally.figures(this.#caps.spent, this.#caps.money);
  }

  #end(): BuildOutcome["end"] {
    if (this.#overBudget) return "budget";
    return this.#stopping ? "interrupted" : "done";
  }
}
