import { PacoreError } from "../../errors.ts";

/** What bounds one comparison. Together they keep the most hostile input under 50 ms. */
export const LIMITS = {
  /** A longer text is searched for its answer in its last part alone. */
  textChars: 100_000,
  /** Nothing longer is read as one answer. */
  answerChars: 3_000,
  tokens: 1_500,
  depth: 60,
  /** Steps of parsing and arithmetic; one is roughly 50 ns. */
  fuel: 250_000,
  /** Larger exact numbers are given up on. */
  integerBits: 24_000,
} as const;

/** The input asks for more work than one comparison is given. */
export class OutOfFuelError extends PacoreError {
  override name = "OutOfFuelError";

  constructor(what: string) {
    super(`The answer is too complex to check: ${what}.`);
  }
}

/** A budget of steps, shared by all that one comparison does. */
export class Fuel {
  #left: number;

  constructor(steps: number = LIMITS.fuel) {
    this.#left = steps;
  }

  get left(): number {
    return this.#left;
  }

  spend(steps = 1): void {
    this.#left -= steps;
    if (this.#left < 0) throw new OutOfFuelError("out of steps");
  }
}
