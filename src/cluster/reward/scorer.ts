import { availableParallelism } from "node:os";
import { compact } from "../../core/compact.ts";
import { Semaphore } from "../../core/semaphore.ts";
import type { GraderResources } from "../../data/grader.ts";
import type { Problem, ProblemKind } from "../../data/problem.ts";
import type { Score } from "../../verify/score.ts";
import { parseLabel, type RewardLabel } from "./label.ts";
import { type LabelGrader, LabelGraders } from "./label-graders.ts";
import type { ProblemFile } from "./problem-file.ts";
import { END_TOKENS, type ResponseText, responseOf } from "./response-text.ts";
import type { Reward, Verdict } from "./reward.ts";
import { type PolicyOptions, RewardPolicy } from "./reward-policy.ts";

/** One response, as an engine posts it. */
export interface RewardSample {
  /** Prompt and response, special tokens included. */
  query: string;
  /** `""`: the query is the response. */
  prompt: string;
  label: string;
  /** Whether the length limit ended it; undefined: its end token tells. */
  truncated?: boolean | undefined;
  /** For who has it at hand; else the label carries what is needed, or names it. */
  problem?: Problem | undefined;
}

export interface ScorerOptions extends PolicyOptions {
  problems?: ProblemFile | undefined;
  resources?: GraderResources | undefined;
  endTokens?: readonly string[] | undefined;
  /** Programs and judges that run at once. Default: one a core. */
  concurrency?: number | undefined;
  /** For one program or judgement, from its turn on. Default: 60,000. */
  verifyTimeoutMs?: number | undefined;
  /** From a sample's arrival to its answer, whatever waits before it: far below the 180 s of an engine. Default: 120,000. */
  answerWithinMs?: number | undefined;
}

/** Their verdict comes from outside this process: that there is none is not the response's doing. */
const OUTSIDE: ReadonlySet<ProblemKind> = new Set(["code", "judge"]);

/** Rewards of responses: the text, its conclusion, its verdict, what the policy pays. It never throws for a sample. */
export class RewardScorer {
  readonly #graders: LabelGraders;
  readonly #policy: RewardPolicy;
  readonly #gate: Semaphore;
  readonly #endTokens: readonly string[];
  readonly #verifyTimeoutMs: number;
  readonly #answerWithinMs: number;
  /** Verifications that run or wait. */
  pending = 0;

  constructor(options: ScorerOptions = {}) {
    const { concurrency = availableParallelism(), endTokens = END_TOKENS } = options;
    this.#graders = new LabelGraders(options.problems, options.resources ?? {});
    this.#policy = new RewardPolicy(options);
    this.#gate = new Semaphore(concurrency);
    this.#endTokens = endTokens;
    this.#verifyTimeoutMs = options.verifyTimeoutMs ?? 60_000;
    this.#answerWithinMs = options.answerWithinMs ?? 120_000;
  }

  async score({ query, prompt, label, truncated, problem }: RewardSample): Promise<Reward> {
    let known: LabelGrader | undefined;
    try {
      const found = this.#graders.get(label, problem);
      known = found instanceof Promise ? await found : found;
      const response = responseOf(query, prompt, this.#endTokens);
      if (!response) return this.#paid(failed(NO_PROMPT), { label: known.label, text: query });
      return await this.#scoreResponse(known, { ...response, cutOff: truncated ?? response.cutOff });
    } catch (error) {
      return this.#paid(failed(reasonOf(error)), { label: known?.label ?? readable(label), text: query });
    }
  }

  async #scoreResponse(known: LabelGrader, { text, cutOff }: ResponseText): Promise<Reward> {
    const { label } = known;
    const message = compact({ content: [{ type: "text", text }], truncated: cutOff });
    if (cutOff && (message === null || this.#policy.cutOffReward !== "scored"))
      return this.#paid(ended("cut-off", "it was cut off"), { label, message, text });
    if (message === null) return this.#paid(ended("no-conclusion", NO_CONCLUSION), { label, message, text });
    const outside = OUTSIDE.has(label.kind);
    const verdict = outside ? await this.#verifyOutside(known, message) : verifyHere(known, message);
    return this.#paid(verdict instanceof Promise ? await verdict : verdict, { label, message, text });
  }

  #paid(verdict: Verdict, { label, message = null, text }: Paid): Reward {
    const reward = this.#policy.pay(verdict, label);
    return { ...verdict, reward, message, ...(label && { label }), ...(text !== undefined && { text }) };
  }

  async #verifyOutside({ label, grader }: LabelGrader, message: string): Promise<Verdict> {
    const arrivedAt = performance.now();
    const overdue = new TimeLimit(this.#answerWithinMs);
    let startedAt: number | undefined;
    let own: TimeLimit | undefined;
    let release: (() => void) | undefined;
    this.pending++;
    try {
      release = await this.#gate.acquire(overdue.signal);
      startedAt = performance.now();
      own = new TimeLimit(this.#verifyTimeoutMs);
      const signal = AbortSignal.any([own.signal, overdue.signal]);
      const score = await Promise.race([grader.score(message, signal), rejected(signal)]);
      const times = { verifyMs: performance.now() - startedAt, waitMs: startedAt - arrivedAt };
      // A sandbox or a judge that fails says so in its score.
      return { ...verdictOf(score, "error"), ...times };
    } catch (error) {
      const now = performance.now();
      const times = { verifyMs: now - (startedAt ?? now), waitMs: (startedAt ?? now) - arrivedAt };
      if (overdue.signal.aborted)
        return { ...failed(`no verdict within ${this.#answerWithinMs} ms`), ...times };
      if (!own?.signal.aborted) return { ...failed(reasonOf(error)), ...times };
      const explanation = `the verifier took longer than ${this.#verifyTimeoutMs} ms`;
      // A program that is slow without end is at fault; a judge that is, is not the response's doing.
      return { outcome: label.kind === "code" ? "unscored" : "error", explanation, ...times };
    } finally {
      this.pending--;
      release?.();
      own?.clear();
      overdue.clear();
    }
  }
}

interface Paid {
  label: RewardLabel | undefined;
  message?: string | null;
  text?: string;
}

function readable(label: string): RewardLabel | undefined {
  try {
    return parseLabel(label);
  } catch {
    return undefined;
  }
}

const NO_PROMPT = "the query does not begin with its prompt";
const NO_CONCLUSION = "it ended inside its reasoning";

/** A timeout whose timer does not outlive its work. */
class TimeLimit {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number) {
    this.#timer = setTimeout(() => this.#controller.abort(), ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

/** For verifiers that do not listen to their signal. */
function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function verifyHere({ grader }: LabelGrader, message: string): Verdict | Promise<Verdict> {
  const startedAt = performance.now();
  const timed = (score: Score): Verdict => ({
    ...verdictOf(score, "unscored"),
    verifyMs: performance.now() - startedAt,
    waitMs: 0,
  });
  const score = grader.score(message, NEVER);
  return score instanceof Promise ? score.then(timed) : timed(score);
}

const NEVER = new AbortController().signal;

function verdictOf({ value, answer, explanation }: Score, unscored: "unscored" | "error") {
  return value === "unscored"
    ? { outcome: unscored, answer, explanation }
    : { outcome: "scored" as const, value: Math.min(1, Math.max(0, value)), answer, explanation };
}

const ended = (outcome: Verdict["outcome"], explanation: string): Verdict => ({
  outcome,
  explanation,
  verifyMs: 0,
  waitMs: 0,
});

const failed = (explanation: string): Verdict => ended("error", explanation);

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
