const FIRST_BYTES = 1024;

/**
 * A text that grows by small pieces, kept as the bytes between the quotes of a JSON string: pieces are taken
 * from JSON as they stand there, and only the whole is decoded. Strings would keep a rope
 * node a piece, and each piece the larger string it was cut from: gigabytes for a thousand long streams.
 */
export class LiteralPile {
  #bytes = Buffer.alloc(0);
  #length = 0;

  get empty(): boolean {
    return this.#length === 0;
  }

  /** Add the inside of a JSON string literal that is known to be valid. */
  addLiteral(source: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (this.#length + length > this.#bytes.length) this.#grow(length);
    const bytes = this.#bytes;
    let at = this.#length;
    // Tokens are a few bytes: a native copy costs more than the loop.
    if (length > 64) bytes.set(source.subarray(start, end), at);
    else for (let i = start; i < end; i++) bytes[at++] = source[i] as number;
    this.#length += length;
  }

  addText(text: string): void {
    const literal = Buffer.from(JSON.stringify(text).slice(1, -1));
    this.addLiteral(literal, 0, literal.length);
  }

  toString(): string {
    const literal = this.#bytes.toString("utf8", 0, this.#length);
    return literal.includes("\\") ? (JSON.parse(`"${literal}"`) as string) : literal;
  }

  #grow(by: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, 2 * this.#bytes.length, this.#length + by));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
