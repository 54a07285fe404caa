import { createHash } from "node:crypto";
import type { Spent } from "../../core/caps.ts";
import type { RunHeader } from "../../core/journal.ts";
import { NO_USAGE, type TokenUsage } from "../../core/usage.ts";
import { explainRefusal, runIdFor, spentBy } from "../../data/asking/work-journal.ts";
import type { Problem } from "../../data/problem.ts";
import { toPrompt } from "../../data/to-prompt.ts";
import { encode } from "../../journal/codec.ts";
import type { RunJournal } from "../../journal/run-journal.ts";
import { type JournalStore, openJournal } from "../../journal/store.ts";

/** What decides a pool's trajectories: a pool that is gone on with must have the same. */
export interface PoolSettings {
  model: string;
  size: number;
  seed: number;
  [name: string]: unknown;
}

/** The run that stands for the pool as a whole: its owner builds it, and calls of verifiers are booked there. */
const POOL_RUN = "pool";

/** The journal of a pool: one run a problem, one round of `size` trajectories each. */
export class PoolJournal {
  /** What earlier lives have paid. Cached input is not told apart, so money is an upper bound. */
  readonly spent: Spent;
  readonly #store: JournalStore;
  readonly #settings: PoolSettings;
  readonly #pool: RunJournal;
  #verifierCalls: number;

  private constructor(store: JournalStore, settings: PoolSettings, pool: RunJournal) {
    this.#store = store;
    this.#settings = settings;
    this.#pool = pool;
    const runs = store.list();
    this.spent = spentBy(runs);
    this.#verifierCalls = runs.find(({ runId }) => runId === POOL_RUN)?.trajectories.finished ?? 0;
  }

  /** @throws {InvalidOptionError} if another process builds this pool, or it was begun with other settings. */
  static async open(path: string, settings: PoolSettings, { durable = true } = {}): Promise<PoolJournal> {
    const store = await openJournal(path, { durable });
    try {
      const run = await store.run(headerOf(POOL_RUN, settings, []));
      return new PoolJournal(store, settings, run);
    } catch (error) {
      await store.close();
      throw explainRefusal(path, "a pool", error);
    }
  }

  /** The run of one problem, finished or not. */
  async run(problem: Problem): Promise<RunJournal> {
    try {
      return await this.#store.run(headerOf(runIdFor(problem.id), this.#settings, toPrompt(problem)));
    } catch (error) {
      throw explainRefusal(this.#store.path, "a pool", error);
    }
  }

  /** A call that is on the bill and in no problem's run: a judge's. */
  async putVerifierCall(usage: TokenUsage): Promise<void> {
    await this.#pool.putTrajectory({
      round: 1,
      index: this.#verifierCalls++,
      attempt: 0,
      outcome: "finished",
      content: [],
      message: null,
      finishReason: { unified: "other", raw: "verifier" },
      usage: { ...NO_USAGE, ...usage },
      modelId: "verifier",
      startedAt: Date.now(),
      durationMs: 0,
    });
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

function headerOf(runId: string, settings: PoolSettings, prompt: unknown): RunHeader {
  const { model, size, ...rest } = settings;
  const call = { prompt };
  return {
    runId,
    createdAt: Date.now(),
    model,
    widths: [size],
    call,
    settings: rest,
    fingerprint: createHash("sha256").update(encode({ settings, call })).digest("hex"),
  };
}
