/**
 * What a verifier found. `"unscored"`: it could not tell (an error, a timeout, a gold answer it cannot read).
 * Unscored is not wrong: leave it out of averages and rewards, and count it apart.
 */
export interface Score {
  /** From 0 (wrong) to 1 (right). */
  value: number | "unscored";
  /** What was taken as the answer; `null` if none was found. */
  answer: string | null;
  /** For people: why the value is what it is. */
  explanation: string;
}

export interface ScoreOptions {
  signal?: AbortSignal | undefined;
}

/** Says how right a prediction is, given the gold answer. It never throws for what a model wrote. */
export interface Verifier<Gold = string> {
  readonly name: string;
  score(prediction: string, gold: Gold, options?: ScoreOptions): Score | Promise<Score>;
  /** One string for all messages with the same conclusion: for agreement and majority votes. */
  normalForm?(message: string): string;
}

export const right = (answer: string | null, explanation: string): Score => ({
  value: 1,
  answer,
  explanation,
});

export const wrong = (answer: string | null, explanation: string): Score => ({
  value: 0,
  answer,
  explanation,
});

export const unscored = (explanation: string, answer: string | null = null): Score => ({
  value: "unscored",
  answer,
  explanation,
});
