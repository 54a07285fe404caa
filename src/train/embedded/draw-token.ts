/** Draws tokens at temperature 1 from the whole vocabulary, without allocating. */
export class TokenDrawer {
  readonly #masses: Float64Array;
  /** log π of the token drawn last. */
  logProbability = 0;

  constructor(vocabularySize: number) {
    this.#masses = new Float64Array(vocabularySize);
  }

  /** Draw from the row of logits that begins at `from`, with a uniform number in [0, 1). */
  draw(logits: Float32Array, from: number, uniform: number): number {
    const masses = this.#masses;
    const size = masses.length;
    let top = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < size; i++) top = Math.max(top, logits[from + i] as number);
    let total = 0;
    for (let i = 0; i < size; i++) {
      const mass = Math.exp((logits[from + i] as number) - top);
      masses[i] = mass;
      total += mass;
    }
    let rest = uniform * total;
    let token = size - 1;
    for (let i = 0; i < size; i++) {
      rest -= masses[i] as number;
      if (rest < 0) {
        token = i;
        break;
      }
    }
    this.logProbability = (logits[from + token] as number) - top - Math.log(total);
    return token;
  }
}
