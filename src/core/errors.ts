import { PacoreError } from "../errors.ts";
import type { Trajectory } from "./trajectory.ts";

/** A run that ended without an answer. Nothing paid for is lost: it is here, and in the journal if there is one. */
export class RunError extends PacoreError {
  override name = "RunError";
  /** To resume the run by. */
  runId = "";
  /** Every call of the run that ended. */
  trajectories: readonly Trajectory[] = [];
}

/** A round ended with fewer conclusions than it needs. Everything that finished is kept; see `finished`. */
export class EmptyRoundError extends RunError {
  override name = "EmptyRoundError";
  readonly round: number;
  readonly width: number;
  /** The round's trajectories that do have a conclusion. */
  readonly finished: readonly Trajectory[];
  readonly notes: readonly string[];

  constructor(
    round: number,
    {
      finished,
      width,
      notes,
      firstError,
    }: { finished: Trajectory[]; width: number; notes: string[]; firstError?: unknown },
  ) {
    const why = notes.length > 0 ? ` (${notes[0]})` : "";
    const got = finished.length === 0 ? "no message" : `only ${finished.length} of ${width} messages`;
    super(`Round ${round} gave ${got}${why}; check the model, raise maxRetries, or lower minMessages.`, {
      cause: firstError,
    });
    this.round = round;
    this.width = width;
    this.finished = finished;
    this.notes = notes;
  }
}

/** The last round failed and left no answer; its message set is kept. */
export class SynthesisError extends RunError {
  override name = "SynthesisError";
  /** What would have been synthesised. */
  readonly messages: readonly string[];

  constructor(reason: string, messages: readonly string[], options?: ErrorOptions) {
    const kept = messages.length > 0 ? ` The ${messages.length} messages it had are kept.` : "";
    super(`The last round failed: ${reason}.${kept}`, options);
    this.messages = messages;
  }
}

/** Of work made of many calls: the upstream answers none of them. What finished before is kept. */
export class UpstreamDownError extends PacoreError {
  override name = "UpstreamDownError";
  constructor(inARow: number, last: string) {
    super(`${inARow} answers in a row failed; the last: ${last} Check the endpoint and run again.`);
  }
}

/** The deadline passed before there was anything to answer with. */
export class DeadlineError extends RunError {
  override name = "DeadlineError";

  constructor(deadlineMs: number) {
    super(
      `Nothing had finished when the deadline of ${deadlineMs} ms passed; raise it, or lower maxOutputTokens.`,
    );
  }
}
