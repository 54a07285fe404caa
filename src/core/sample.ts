import { abortable, childController, delay } from "./abort.ts";
import { type Attempted, attemptCall, messageOf, type RoundInput } from "./attempt.ts";
import { redact } from "./redact.ts";
import { backoff, isRetryable } from "./retry.ts";
import { type Place, placeKey, type Run } from "./run.ts";
import type { Trajectory } from "./trajectory.ts";

/** What became of one place of a round. */
export type Sampled =
  | { kind: "message"; trajectory: Trajectory }
  | { kind: "lost"; reason: string; trajectory?: Trajectory; error?: unknown }
  | { kind: "unaffordable" };

export interface SampleOptions {
  signal: AbortSignal;
  /** Resolves when this place should be asked a second time. */
  hedgeAt?: Promise<void>;
  /** A call of the first lane begins. */
  onStart?: () => void;
}

/**
 * One trajectory ω for one place: called until it has a conclusion or its limits are used up. What the
 * journal holds is not paid again.
 */
export async function sample(
  run: Run,
  input: RoundInput,
  place: Place,
  { signal, hedgeAt, onStart }: SampleOptions,
): Promise<Sampled> {
  const attempts = replay(run, place);
  const done = attempts.past.find((t) => t.message !== null && t.outcome !== "cancelled");
  if (done) return { kind: "message", trajectory: done };
  if (!hedgeAt) return keepTrying(run, input, place, { attempts, hedge: false, signal });
  const main = childController([signal]);
  const second = childController([signal]);
  const lanes = [
    keepTrying(run, input, place, { attempts, hedge: false, signal: main.signal, onStart }),
    abortable(hedgeAt, second.signal).then(() =>
      keepTrying(run, input, place, { attempts, hedge: true, signal: second.signal }),
    ),
  ] as const;
  try {
    return await firstMessage(...lanes);
  } finally {
    for (const { controller, release } of [main, second]) {
      controller.abort(new Error("The other call for this place was faster."));
      release();
    }
    // The slower call has to be booked before the round is.
    await Promise.allSettled(lanes);
  }
}

/** The lane that first has a message; what became of the main one if the hedge has none. */
function firstMessage(main: Promise<Sampled>, hedge: Promise<Sampled>): Promise<Sampled> {
  const never = () => new Promise<never>(() => {});
  return Promise.race([main, hedge.then((result) => (result.kind === "message" ? result : never()), never)]);
}

interface Attempts {
  past: readonly Trajectory[];
  next: number;
}

/** Show what the journal holds for a place, and count on from there. */
function replay(run: Run, place: Place): Attempts {
  const past = run.recorded.get(placeKey(place)) ?? [];
  for (const trajectory of past) run.emit({ type: "trajectory-end", trajectory, replayed: true });
  return { past, next: past.reduce((next, { attempt }) => Math.max(next, attempt + 1), 0) };
}

interface LaneOptions {
  attempts: Attempts;
  hedge: boolean;
  signal: AbortSignal;
  onStart?: (() => void) | undefined;
}

async function keepTrying(
  run: Run,
  input: RoundInput,
  place: Place,
  { attempts, hedge, signal, onStart }: LaneOptions,
): Promise<Sampled> {
  const { onCutOff, stream } = run.settings;
  // What a reader has seen of a streamed answer is not taken back for another try.
  const shown = input.final && stream;
  const cutOffsAllowed = onCutOff === "retry" && !hedge && !shown ? 1 : 0;
  const recorded = attempts.past.filter(({ outcome }) => outcome === "cut-off");
  let cutOffs = hedge ? 0 : recorded.length;
  if (cutOffs > cutOffsAllowed) return { kind: "lost", reason: CUT_OFF, ...lastOf(recorded) };
  for (let failures = 0; ; ) {
    const attempt = attempts.next++;
    const attempted = await attemptCall(run, input, place, { attempt, hedge, signal, onStart });
    if (!attempted) return { kind: "unaffordable" };
    const { trajectory } = attempted;
    if (trajectory.outcome === "cancelled") throw signal.reason;
    if (trajectory.message !== null) return { kind: "message", trajectory };
    if (trajectory.outcome === "cut-off") {
      if (++cutOffs > cutOffsAllowed) return { kind: "lost", reason: CUT_OFF, trajectory };
      run.emit({ type: "trajectory-retry", ...place, attempt, reason: CUT_OFF, delayMs: 0 });
      continue;
    }
    const delayMs = hedge ? undefined : retryDelay(run, failures++, attempted);
    const reason = redact(messageOf(attempted.error));
    if (delayMs === undefined) return { kind: "lost", reason, error: attempted.error };
    run.emit({ type: "trajectory-retry", ...place, attempt, reason, delayMs });
    await delay(delayMs, signal);
  }
}

const CUT_OFF = "cut off before its conclusion";

function lastOf(trajectories: readonly Trajectory[]): { trajectory?: Trajectory } {
  const trajectory = trajectories.at(-1);
  return trajectory ? { trajectory } : {};
}

/** undefined: the place's limit is used up, or trying again is no use. */
function retryDelay(run: Run, failures: number, { error }: Attempted): number | undefined {
  const { maxRetries, retryDelayMs, maxRetryDelayMs } = run.settings;
  if (failures >= maxRetries || !isRetryable(error)) return undefined;
  return backoff(failures, error, { retryDelayMs, maxRetryDelayMs, random: run.jitter });
}
