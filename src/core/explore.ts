import { childController, MAX_TIMER_MS } from "./abort.ts";
import { agreementOf } from "./agreement.ts";
import type { RoundInput } from "./attempt.ts";
import { median } from "./deadline.ts";
import { DeadlineError, EmptyRoundError } from "./errors.ts";
import type { StopReason } from "./events.ts";
import { deriveSeed, seededRandom, shuffle } from "./random.ts";
import type { Run } from "./run.ts";
import { type Sampled, sample } from "./sample.ts";
import type { CompactMessage, Trajectory } from "./trajectory.ts";

/** What a round of parallel trajectories passes on. */
export interface Explored {
  messages: CompactMessage[];
  /** No further exploring round is worth starting, or can be paid for. */
  last: boolean;
  notes: string[];
}

/**
 * One exploring round: K trajectories of one prompt in parallel, their conclusions in a seeded order (§2.1).
 * @throws {EmptyRoundError} with fewer conclusions than `minMessages`; what finished is in the journal.
 */
export async function explore(run: Run, input: RoundInput, width: number): Promise<Explored> {
  const round = new Exploration(run, input, width);
  try {
    await round.run();
  } finally {
    await round.settle();
  }
  run.signal.throwIfAborted();
  const { finished, last, notes } = round;
  // Out of time or money, whatever exists is synthesised, and without any the answer is one plain sample.
  const least = round.outOfMeans ? 0 : run.settings.minMessages;
  if (finished.length === 0 && run.deadline.leftMs() <= 0)
    throw new DeadlineError(run.settings.deadlineMs ?? 0);
  if (finished.length < least) throw new EmptyRoundError(input.round, round);
  return { messages: order(run, input.round, finished), last, notes };
}

/**
 * Arrival must not matter: by length, then by content (as the reference does), then a shuffle of the run's
 * seed. So the same outputs give the same prompt whichever call made them.
 */
function order(run: Run, round: number, finished: readonly Trajectory[]): CompactMessage[] {
  for (const trajectory of finished) run.used.add(trajectory);
  const messages = finished.map((t) => t.message as CompactMessage);
  messages.sort((a, b) => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0));
  return shuffle(messages, seededRandom(deriveSeed(run.seed, round)));
}

/** A place that may be asked a second time. */
interface OpenHedge {
  /** When its call began: waiting for a slot does not count. */
  startedAt?: number;
  hedge: () => void;
  timer?: NodeJS.Timeout;
}

/** The state of a round in flight: what has finished, and whether that is enough. */
class Exploration {
  readonly finished: Trajectory[] = [];
  readonly notes: string[] = [];
  readonly width: number;
  last = false;
  outOfMeans = false;
  firstError: unknown;
  readonly #run: Run;
  readonly #input: RoundInput;
  readonly #child;
  #settled: Promise<unknown> = Promise.resolve();
  #stop: () => void = () => {};
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #hedges = new Map<number, OpenHedge>();

  constructor(run: Run, input: RoundInput, width: number) {
    this.#run = run;
    this.#input = input;
    this.width = width;
    this.#child = childController([run.signal]);
  }

  /** Resolves when all places are done, or when what there is suffices. */
  async run(): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#stop = resolve;
    });
    const places = Array.from({ length: this.width }, (_, index) => this.#place(index));
    this.#settled = Promise.allSettled(places);
    this.#watchDeadline();
    await Promise.race([Promise.all(places), stopped]);
  }

  /** Cancel what still runs and wait until it is booked. */
  async settle(): Promise<void> {
    clearTimeout(this.#timer);
    for (const { timer } of this.#hedges.values()) clearTimeout(timer);
    this.#stopped = true;
    this.#child.controller.abort(new Error("The round went on without this trajectory."));
    await this.#settled;
    this.#child.release();
  }

  async #place(index: number): Promise<void> {
    const { round } = this.#input;
    const options = { signal: this.#child.signal, ...this.#hedgeFor(index) };
    let sampled: Sampled;
    try {
      sampled = await sample(this.#run, this.#input, { round, index }, options);
    } catch (error) {
      // Cancelled, and booked as such already. Anything else (a full disk) is the run's end.
      if (error === this.#child.signal.reason) return;
      throw error;
    } finally {
      clearTimeout(this.#hedges.get(index)?.timer);
      this.#hedges.delete(index);
    }
    this.#take(index, sampled);
  }

  #take(index: number, sampled: Sampled): void {
    const { round } = this.#input;
    switch (sampled.kind) {
      case "message":
        if (this.#stopped) return;
        this.finished.push(sampled.trajectory);
        this.#run.deadline.observe(sampled.trajectory.durationMs);
        return this.#enough();
      case "lost":
        this.firstError ??= sampled.error;
        this.notes.push(`trajectory ${index + 1} lost: ${sampled.reason}`);
        return this.#run.emit({ type: "trajectory-lost", round, index, reason: sampled.reason });
      case "unaffordable":
        return this.#stopExploring("budget", "what is left of the budget is kept for the synthesis", {
          halt: false,
        });
      default:
        return sampled satisfies never;
    }
  }

  /** Is what has finished enough to go on? */
  #enough(): void {
    const { quorum, adaptive } = this.#run.settings;
    const count = this.finished.length;
    if (quorum !== undefined && count < this.width) {
      const needed = Math.min(this.width, quorum < 1 ? Math.ceil(quorum * this.width) : quorum);
      if (count >= needed)
        return this.#stopExploring("quorum", `${count} of ${this.width} messages`, { last: false });
    }
    if (adaptive) {
      const { share = 0.75, atLeast = 3 } = adaptive;
      const agreement = agreementOf(
        this.finished.map((t) => t.message as string),
        this.#run.settings.normalForm,
      );
      if (count >= atLeast && agreement >= share) {
        return this.#stopExploring(
          "agreement",
          `${Math.round(agreement * 100)} % of ${count} messages agree`,
        );
      }
    }
    this.#watchDeadline();
    this.#planHedges();
  }

  #stopExploring(reason: StopReason, detail: string, { halt = true, last = true } = {}): void {
    if (this.#stopped) return;
    const told = reason === "budget" && this.outOfMeans;
    this.last ||= last;
    this.outOfMeans ||= reason === "budget" || reason === "deadline";
    if (!told) {
      this.notes.push(`stopped early (${reason}): ${detail}`);
      this.#run.emit({ type: "exploration-stopped", round: this.#input.round, reason, detail });
    }
    if (!halt) return;
    this.#stopped = true;
    this.#stop();
  }

  /** The answer comes first: stop in time for it, but not before there is anything to synthesise. */
  #watchDeadline(): void {
    const { deadline } = this.#run;
    clearTimeout(this.#timer);
    const exploringMs = deadline.exploringLeftMs();
    if (!Number.isFinite(exploringMs) || this.#stopped) return;
    const waitMs = exploringMs > 0 || this.finished.length > 0 ? exploringMs : deadline.leftMs();
    if (waitMs > 0) this.#timer = setTimeout(() => this.#watchDeadline(), Math.min(waitMs, MAX_TIMER_MS));
    else
      this.#stopExploring("deadline", `${this.finished.length} of ${this.width} messages were there in time`);
  }

  #hedgeFor(index: number): { hedgeAt?: Promise<void>; onStart?: () => void } {
    if (!this.#run.settings.hedge) return {};
    const { promise: hedgeAt, resolve: hedge } = Promise.withResolvers<void>();
    const open: OpenHedge = { hedge };
    this.#hedges.set(index, open);
    const onStart = () => {
      open.startedAt ??= Date.now();
      this.#planHedges();
    };
    return { hedgeAt, onStart };
  }

  /** Set the time of every open hedge: a fixed one, or once half the round is in, a multiple of its median. */
  #planHedges(): void {
    const { afterMs, factor } = this.#run.settings.hedge ?? {};
    const typical =
      factor !== undefined && this.finished.length * 2 >= this.width
        ? median(this.finished.map((t) => t.durationMs))
        : undefined;
    const wait = Math.min(afterMs ?? Infinity, typical === undefined ? Infinity : typical * (factor ?? 1));
    if (!Number.isFinite(wait)) return;
    for (const open of this.#hedges.values()) {
      clearTimeout(open.timer);
      if (open.startedAt === undefined) continue;
      open.timer = setTimeout(open.hedge, Math.max(0, open.startedAt + wait - Date.now()));
    }
  }
}
