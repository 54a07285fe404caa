import { createHash } from "node:crypto";
import type { Spent } from "../../core/caps.ts";
import type { Journal, RunHeader } from "../../core/journal.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { NO_USAGE, type TokenUsage } from "../../core/usage.ts";
import type { Problem } from "../../data/problem.ts";
import { toPrompt } from "../../data/to-prompt.ts";
import { InvalidOptionError } from "../../errors.ts";
import { encode } from "../../journal/codec.ts";
import { JournalBusyError, JournalMismatchError } from "../../journal/errors.ts";
import type { RunJournal } from "../../journal/run-journal.ts";
import { type JournalStore, openJournal } from "../../journal/store.ts";
import type { RunSummary } from "../../journal/summary.ts";

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
      throw explain(path, error);
    }
  }

  /** The run of one problem, finished or not. */
  async run(problem: Problem): Promise<RunJournal> {
    try {
      return await this.#store.run(headerOf(runIdOf(problem), this.#settings, toPrompt(problem)));
    } catch (error) {
      throw explain(this.#store.path, error);
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

function spentBy(runs: readonly RunSummary[]): Spent {
  const spent: Spent = { calls: 0, input: 0, cachedInput: 0, output: 0 };
  for (const { trajectories, inputTokens, outputTokens } of runs) {
    spent.calls += Object.values(trajectories).reduce((sum, count) => sum + count, 0);
    spent.input += inputTokens;
    spent.output += outputTokens;
  }
  return spent;
}

/** Printable and not too long, whatever ids a data set has. */
function runIdOf({ id }: Problem): string {
  const plain = /^[\x20-\x7e]{1,200}$/.test(id);
  return `problem ${plain ? id : createHash("sha256").update(id).digest("hex")}`;
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

function explain(path: string, error: unknown): unknown {
  if (error instanceof JournalMismatchError) {
    const what = `${path} belongs to a pool with another ${error.differences.join("; ")}; name another file.`;
    return new InvalidOptionError("out", what, { cause: error });
  }
  if (error instanceof JournalBusyError) {
    const who = `process ${error.pid} on ${error.host}`;
    return new InvalidOptionError("out", `is being built by ${who}; wait until it ends.`, { cause: error });
  }
  return error;
}

export interface ProblemJournalOptions {
  /** Keep the reasoning too, not the conclusions alone. */
  keepReasoning: boolean;
  /** Whether the build itself is being stopped. */
  isStopped: () => boolean;
  /** A call is on disk. */
  onPut: (trajectory: Trajectory) => void;
}

/**
 * A problem's run as the core writes it. Calls that were cancelled because the build stops are kept for the totals
 * alone, under attempts below zero: the next life asks them again as if for the first time, with the same seed.
 */
export function problemJournal(
  run: RunJournal,
  { keepReasoning, isStopped, onPut }: ProblemJournalOptions,
): Journal {
  const abandoned = new Map<number, number>();
  for (const { index, attempt } of run.trajectories())
    abandoned.set(index, Math.min(attempt, abandoned.get(index) ?? 0));
  return {
    trajectories: () => run.trajectories(),
    rounds: () => [],
    result: () => run.result(),
    putRound: async () => {},
    putResult: (result) => run.putResult(result),
    putTrajectory: async (trajectory) => {
      const kept = keepReasoning ? trajectory : { ...trajectory, content: [] };
      if (trajectory.outcome === "cancelled" && isStopped()) {
        const attempt = (abandoned.get(trajectory.index) ?? 0) - 1;
        abandoned.set(trajectory.index, attempt);
        await run.putTrajectory({ ...kept, attempt });
      } else await run.putTrajectory(kept);
      onPut(trajectory);
    },
  };
}
