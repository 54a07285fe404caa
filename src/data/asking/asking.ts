import { createHash } from "node:crypto";
import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { childController } from "../../core/abort.ts";
import { Caps, type Spent } from "../../core/caps.ts";
import { UpstreamDownError } from "../../core/errors.ts";
import type { RunHeader } from "../../core/journal.ts";
import type { CoordinateOptions } from "../../core/options.ts";
import type { Price } from "../../core/receipt.ts";
import { Semaphore } from "../../core/semaphore.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { InvalidOptionError } from "../../errors.ts";
import { encode } from "../../journal/codec.ts";
import type { RunJournal } from "../../journal/run-journal.ts";
import { type JournalStore, openJournal } from "../../journal/store.ts";
import { type Asked, AskedItem } from "./asked-item.ts";
import { explainRefusal, keptResult, problemJournal, runIdFor, spentBy } from "./work-journal.ts";

export interface AskingOptions {
  model: LanguageModelV4;
  /** What the model is called in the journal, which refuses another. Default: its id. */
  modelName?: string | undefined;
  /** What the questions are for, as in "belongs to …": "code tests". */
  what: string;
  /** Besides model, seed and sampling: what must be the same when the work is gone on with. */
  identity?: Record<string, unknown> | undefined;
  /** Decides the seeds of all calls. */
  seed?: number | undefined;
  call?: Omit<LanguageModelV4CallOptions, "prompt"> | undefined;
  /** Retries, time-outs, what becomes of answers that are cut off: as in `solve`. */
  coordinate?: CoordinateOptions | undefined;
  /** Calls in flight at once. */
  concurrency?: number | undefined;
  /** Generated tokens of the whole work, and its money; earlier lives included. */
  budgetTokens?: number | undefined;
  budgetMoney?: number | undefined;
  price?: Price | undefined;
  /** Start nothing more, and finish what runs. */
  drain?: AbortSignal | undefined;
  /** Cancel what runs, too. */
  abort?: AbortSignal | undefined;
}

/** The endpoint is at fault then, and going on would help nobody. */
const MOST_FAILURES_IN_A_ROW = 50;

/**
 * Asks a model questions about many items. Every answer is in the journal before it counts, so that no answer is paid
 * for twice, after kill -9 either; calls are bounded in number, tokens and money.
 */
export class Asking implements AsyncDisposable {
  readonly concurrency: number;
  readonly #options: AskingOptions;
  readonly #store: JournalStore;
  readonly #gate: Semaphore;
  readonly #caps: Caps;
  readonly #child: ReturnType<typeof childController>;
  #failedInARow = 0;
  #overBudget = false;
  #fatal: { error: unknown } | undefined;

  private constructor(options: AskingOptions, store: JournalStore) {
    const { concurrency = 16, call, price, budgetTokens: tokens, budgetMoney: money } = options;
    this.concurrency = concurrency;
    this.#options = options;
    this.#store = store;
    this.#gate = new Semaphore(concurrency);
    this.#caps = new Caps(
      { tokens, money, price, maxOutputTokens: call?.maxOutputTokens },
      spentBy(store.list()),
    );
    this.#child = childController([options.abort]);
  }

  /** @param path Of the journal. @throws {InvalidOptionError} {@link JournalError} */
  static async open(path: string, options: AskingOptions): Promise<Asking> {
    const { concurrency = 16 } = options;
    if (!(Number.isInteger(concurrency) && concurrency > 0))
      throw new InvalidOptionError("concurrency", `${concurrency} is not a positive integer.`);
    return new Asking(options, await openJournal(path));
  }

  /**
   * @param subject What is asked about: another one under the same id is refused. @param widths Most questions of each
   *   round. @throws {InvalidOptionError} if the journal belongs to other work, or another process has it.
   */
  async item(id: string, subject: LanguageModelV4Prompt, widths: readonly number[]): Promise<AskedItem> {
    const run = await this.#run(this.#header(runIdFor(id), subject, widths));
    const { signal } = this.#child;
    const journal = problemJournal(run, {
      keepReasoning: true,
      isStopped: () => signal.aborted,
      onPut: (trajectory) => this.#put(trajectory),
    });
    return new AskedItem({
      id,
      subject,
      widths,
      journal,
      signal,
      options: this.#options,
      pay: (work) => this.#pay(work),
    });
  }

  /**
   * The text that was kept under a key by {@link keep}. @param key Of anything that decides the text.
   * @throws {InvalidOptionError} if it was kept for other work.
   */
  async kept(key: unknown): Promise<string | undefined> {
    const header = this.#keptHeader(key);
    if (!this.#store.get(header.runId)?.result) return undefined;
    return (await this.#run(header)).result()?.answer;
  }

  /** Keep a text under a key for good, once. */
  async keep(key: unknown, text: string): Promise<void> {
    const run = await this.#run(this.#keptHeader(key));
    await run.putResult(keptResult(run.runId, text));
  }

  async #run(header: RunHeader): Promise<RunJournal> {
    try {
      return await this.#store.run(header);
    } catch (error) {
      throw explainRefusal(this.#store.path, this.#options.what, error);
    }
  }

  #header(runId: string, subject: LanguageModelV4Prompt, widths: readonly number[]): RunHeader {
    const { model, modelName, identity = {}, seed = 0, call = {}, coordinate = {}, what } = this.#options;
    const { temperature, topP, maxOutputTokens } = call;
    const { onCutOff, sampling } = coordinate;
    const asked = { seed, temperature, topP, maxOutputTokens, onCutOff, sampling, ...identity };
    const settings = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
    const name = modelName ?? model.modelId;
    return {
      runId,
      createdAt: Date.now(),
      model: name,
      widths: [...widths],
      call: { prompt: subject },
      settings,
      fingerprint: digest({ what, model: name, settings, subject }),
    };
  }

  #keptHeader(key: unknown): RunHeader {
    return this.#header(`kept ${digest(key)}`, [], []);
  }

  async #pay(work: () => Promise<Asked>): Promise<Asked> {
    const { signal } = this.#child;
    const release = await this.#gate.acquire(signal).catch(() => undefined);
    if (!release) return { kind: "stopped" };
    try {
      if (!this.#admit()) return { kind: "stopped" };
      try {
        const asked = await work();
        this.#note(asked);
        return asked;
      } catch (error) {
        if (signal.aborted) return { kind: "stopped" };
        throw error;
      } finally {
        this.#caps.settle(1);
      }
    } finally {
      release();
    }
  }

  #admit(): boolean {
    if (this.stopping) return false;
    if (this.#caps.reserve(1)) return true;
    this.#overBudget = true;
    return false;
  }

  #note(asked: Asked): void {
    this.#failedInARow = asked.kind === "failed" ? this.#failedInARow + 1 : 0;
    if (asked.kind === "failed" && this.#failedInARow >= MOST_FAILURES_IN_A_ROW)
      this.stop(new UpstreamDownError(MOST_FAILURES_IN_A_ROW, asked.reason));
  }

  #put({ usage }: Trajectory): void {
    this.#caps.book(usage);
    if (!this.#caps.exhausted) return;
    this.#overBudget = true;
    this.#child.controller.abort(new Error("The budget is spent."));
  }

  /** Nothing new may start. */
  get stopping(): boolean {
    return this.#overBudget || this.#child.signal.aborted || this.#options.drain?.aborted === true;
  }

  /** Aborts when what runs has to end, too. */
  get signal(): AbortSignal {
    return this.#child.signal;
  }

  /** End everything for good; {@link throwIfFatal} tells why. */
  stop(error: unknown): void {
    if (this.#fatal || this.#child.signal.aborted) return;
    this.#fatal = { error };
    this.#child.controller.abort(error);
  }

  throwIfFatal(): void {
    if (this.#fatal) throw this.#fatal.error;
  }

  get spent(): Readonly<Spent> {
    return this.#caps.spent;
  }

  get money(): number | undefined {
    return this.#caps.money;
  }

  get end(): "done" | "budget" | "interrupted" {
    if (this.#overBudget) return "budget";
    return this.stopping ? "interrupted" : "done";
  }

  async close(): Promise<void> {
    this.#child.release();
    await this.#store.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const digest = (value: unknown): string => createHash("sha256").update(encode(value)).digest("hex");
