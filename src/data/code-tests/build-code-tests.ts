import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { Semaphore } from "../../core/semaphore.ts";
import { InvalidOptionError } from "../../errors.ts";
import { readSettings } from "../../verify/code/gold.ts";
import type { CodeRunner } from "../../verify/code/runner.ts";
import type { Asked } from "../asking/asked-item.ts";
import { Asking, type AskingOptions } from "../asking/asking.ts";
import { LineFile } from "../line-file.ts";
import type { Problem } from "../problem.ts";
import { isRejected, type Rejected, type RowOrRejected } from "../rows.ts";
import { toPrompt } from "../to-prompt.ts";
import { Bench } from "./bench.ts";
import { buildProblem } from "./build-problem.ts";
import type { CodeSource } from "./code-source.ts";
import { Unanswered } from "./conversation.ts";
import { type CodeTestReport, ReportSums } from "./report.ts";
import { type CodeTestSettings, MOST_ROUNDS, readCodeTestSettings } from "./settings.ts";
import type { Outcome } from "./verdict.ts";

export interface BuildCodeTestsOptions extends Omit<AskingOptions, "what" | "identity"> {
  /** The records, in the order of the data set; read twice. */
  rows: () => AsyncIterable<RowOrRejected>;
  /** How a record is read: {@link codeSourceReader}. */
  read: (row: Extract<RowOrRejected, { value: unknown }>) => CodeSource;
  /** The first so many problems. */
  limit?: number | undefined;
  /** The data set of the problems that are kept; its journal is beside it, with `.db` behind its name. */
  out: string;
  /** A sandbox: the only place where anything of this is run. */
  runner: CodeRunner;
  settings?: Partial<CodeTestSettings> | undefined;
  onProgress?: ((figures: BuildProgress) => void) | undefined;
}

export interface BuildProgress {
  /** Problems that are over, and those among them that are kept; earlier lives included. */
  ended: number;
  kept: number;
  failed: number;
  tokens: number;
  money: number | undefined;
}

/** Problems whose programs run at the same time. More would push each other's compiled programs out. */
const MOST_AT_WORK = Math.min(6, Math.max(2, availableParallelism()));
/** Changes with the prompts: answers to other ones are of no use. */
const PROMPTS = 1;

/**
 * Synthetic tests for programming problems (Appendix C.2), one problem independent of the other: see
 * {@link buildProblem}. Every answer of the model and every verdict is in the journal before it counts: run again with
 * the same `out`, after kill -9 too, only what is missing is asked. With other settings verdicts are found anew, out of
 * the answers that are there.
 * @throws {InvalidOptionError} {@link JournalError} {@link UpstreamDownError}
 */
export async function buildCodeTests(options: BuildCodeTestsOptions): Promise<CodeTestReport> {
  const seed = options.seed ?? options.settings?.seed ?? 0;
  const settings = readCodeTestSettings({ ...options.settings, seed });
  const asking = await Asking.open(`${options.out}.db`, {
    ...options,
    what: "code tests",
    identity: { prompts: PROMPTS },
  });
  try {
    const builder = new Builder(asking, options, settings);
    await builder.run();
    const report = await builder.write();
    asking.throwIfFatal();
    return report;
  } finally {
    await asking.close();
  }
}

class Builder {
  readonly #asking: Asking;
  readonly #options: BuildCodeTestsOptions;
  readonly #settings: CodeTestSettings;
  readonly #places = new Semaphore(MOST_AT_WORK);
  readonly #failures = new Map<string, string>();
  #ended = 0;
  #kept = 0;

  constructor(asking: Asking, options: BuildCodeTestsOptions, settings: CodeTestSettings) {
    this.#asking = asking;
    this.#options = options;
    this.#settings = settings;
  }

  /** Problem after problem, at most as many as there are calls at once. */
  async run(): Promise<void> {
    const running = new Set<Promise<void>>();
    try {
      for await (const source of this.#sources()) {
        while (running.size >= this.#asking.concurrency) await Promise.race(running);
        if (this.#asking.stopping) break;
        const built = this.#problem(source).catch((error) => this.#asking.stop(error));
        const tracked: Promise<void> = built.finally(() => running.delete(tracked));
        running.add(tracked);
      }
    } catch (error) {
      this.#asking.stop(error);
    } finally {
      await Promise.all(running);
    }
  }

  /** The problems of the data set; lines that are none go to `onRejected`. */
  async *#sources(onRejected: (rejected: Rejected) => void = () => {}): AsyncGenerator<CodeSource> {
    const { rows, read, limit = Number.POSITIVE_INFINITY } = this.#options;
    const places = new Map<string, string>();
    for await (const row of rows()) {
      if (places.size >= limit) return;
      if (isRejected(row)) {
        onRejected(row);
        continue;
      }
      const { file, line } = row;
      let source: CodeSource;
      try {
        source = read(row);
        const first = places.get(source.id);
        if (first !== undefined) throw new Error(`has the id ${source.id}, as ${first} has`);
      } catch (error) {
        onRejected({ file, line, reason: (error as Error).message });
        continue;
      }
      places.set(source.id, `${file}:${line}`);
      yield source;
    }
  }

  async #problem(source: CodeSource): Promise<void> {
    const key = this.#keyOf(source);
    const before = await this.#asking.kept(key);
    const outcome = before === undefined ? await this.#build(source) : (JSON.parse(before) as Outcome);
    if (outcome && before === undefined) await this.#asking.keep(key, JSON.stringify(outcome));
    if (outcome) this.#ended++;
    if (outcome?.verdict.kept) this.#kept++;
    const { spent, money } = this.#asking;
    const failed = this.#failures.size;
    this.#options.onProgress?.({ ended: this.#ended, kept: this.#kept, failed, tokens: spent.output, money });
  }

  /** undefined where the model, the sandbox or the user's patience failed: another life goes on. */
  async #build(source: CodeSource): Promise<Outcome | undefined> {
    const { signal } = this.#asking;
    const item = await this.#asking.item(source.id, toPrompt(source), Array(3).fill(MOST_ROUNDS));
    const place = new Workplace(this.#places, signal);
    try {
      await place.enter();
      const solving = readSettings({
        ...source.options,
        ...(this.#settings.timeMs !== undefined && { timeMs: this.#settings.timeMs }),
      });
      return await buildProblem(source, {
        ask: (at, prompt) => place.without(() => item.ask(at, prompt)),
        bench: new Bench(this.#options.runner, solving, signal),
        settings: this.#settings,
      });
    } catch (error) {
      if (signal.aborted || (error instanceof Unanswered && !error.failed)) return undefined;
      this.#failures.set(source.id, (error as Error).message);
      return undefined;
    } finally {
      place.leave();
    }
  }

  /** What decides a verdict, answers of the model aside. */
  #keyOf(source: CodeSource): unknown {
    const text = JSON.stringify([source, this.#settings]);
    return ["verdict", source.id, createHash("sha256").update(text).digest("hex")];
  }

  /** The data set and what the report needs, from the journal, in the order of the data. One problem in memory at a time. */
  async write(): Promise<CodeTestReport> {
    const { out } = this.#options;
    const sums = new ReportSums();
    const rejected: Rejected[] = [];
    const file = await LineFile.create(out);
    try {
      for await (const source of this.#sources((one) => rejected.push(one))) {
        const text = await this.#asking.kept(this.#keyOf(source));
        if (text === undefined) {
          sums.missing(source.id, this.#failures.get(source.id));
          continue;
        }
        const outcome = JSON.parse(text) as Outcome;
        sums.add(outcome.verdict);
        if (outcome.answer) await file.write(JSON.stringify(problemOf(source, outcome)));
      }
      if (sums.problems === 0) throw nothingIn(rejected);
      await file.finish();
    } catch (error) {
      await file.discard();
      throw error;
    }
    const { spent, money, end } = this.#asking;
    return sums.report({ settings: this.#settings, rejected, spent, money, end });
  }
}

function nothingIn([first]: readonly Rejected[]): InvalidOptionError {
  const why = first ? `; ${first.file}:${first.line} ${first.reason}` : "";
  return new InvalidOptionError("data", `has no problem that can be used${why}.`);
}

/** A place at the sandbox, given up while the model is asked. */
class Workplace {
  readonly #places: Semaphore;
  readonly #signal: AbortSignal;
  #release: (() => void) | undefined;

  constructor(places: Semaphore, signal: AbortSignal) {
    this.#places = places;
    this.#signal = signal;
  }

  async enter(): Promise<void> {
    this.#release = await this.#places.acquire(this.#signal);
  }

  leave(): void {
    this.#release?.();
    this.#release = undefined;
  }

  async without(work: () => Promise<Asked>): Promise<Asked> {
    this.leave();
    const result = await work();
    await this.enter();
    return result;
  }
}

/** As `pacore eval`, `pacore pool build` and the code verifier read it. */
function problemOf({ id, prompt, options, meta }: CodeSource, { answer, verdict }: Outcome): Problem {
  const { tpr, tnr, good, bad, inputs } = verdict;
  const figures = { tpr, tnr, good: good.used, bad: bad.used, ...inputs.tests };
  return {
    id,
    prompt,
    answer: answer as unknown as Problem["answer"] & {},
    kind: "code",
    ...(Object.keys(options).length > 0 && { options: options as Problem["options"] & {} }),
    meta: { ...meta, tests: figures },
  };
}
