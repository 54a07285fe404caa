let lastView = new DataView<ArrayBufferLike>(new ArrayBuffer(0));

/** A view of the buffer that holds the bytes. The last one is kept: the events of one socket read come in a row. */
export function viewOf(bytes: Uint8Array): DataView {
  if (lastView.buffer !== bytes.buffer) lastView = new DataView(bytes.buffer);
  return lastView;
}

/**
 * Bytes to compare with, eight at a time as one number. Comparing is most of what reading a stream costs, and
 * neither a native call nor a loop over bytes is as cheap.
 *
 * Numbers are equal exactly when their bytes are, but for NaN (unequal to itself) and the two zeros. A pattern
 * with either among its words is compared byte by byte instead.
 */
export class BytePattern {
  readonly length: number;
  readonly #bytes: Uint8Array;
  /** Empty: compare byte by byte. */
  readonly #words: Float64Array;
  /** The last eight bytes; they overlap the last of the words. */
  readonly #tail: number;

  constructor(text: string) {
    const bytes = Buffer.from(text);
    this.#bytes = bytes;
    this.length = bytes.length;
    const words = readWords(bytes);
    this.#tail = words.at(-1) ?? 0;
    this.#words = words.subarray(0, -1);
  }

  /**
   * Do the bytes at `from` equal the pattern?
   * @param view of the buffer that holds `bytes`, see {@link viewOf}.
   */
  matches(bytes: Uint8Array, view: DataView, from: number): boolean {
    const { length } = this;
    if (from + length > bytes.length) return false;
    const words = this.#words;
    const count = words.length;
    if (count === 0) return this.#matchesBytes(bytes, from);
    const base = bytes.byteOffset + from;
    if (view.getFloat64(base + length - 8, true) !== this.#tail) return false;
    let i = 0;
    // Four a turn: the loop's own work is what counts here.
    for (; i + 4 <= count; i += 4) {
      const at = base + i * 8;
      if (
        view.getFloat64(at, true) !== words[i] ||
        view.getFloat64(at + 8, true) !== words[i + 1] ||
        view.getFloat64(at + 16, true) !== words[i + 2] ||
        view.getFloat64(at + 24, true) !== words[i + 3]
      ) {
        return false;
      }
    }
    for (; i < count; i++) {
      if (view.getFloat64(base + i * 8, true) !== words[i]) return false;
    }
    return true;
  }

  #matchesBytes(bytes: Uint8Array, from: number): boolean {
    const pattern = this.#bytes;
    for (let i = 0; i < pattern.length; i++) {
      if (bytes[from + i] !== pattern[i]) return false;
    }
    return true;
  }
}

/** All whole words and the last one, which may overlap; none at all where numbers cannot stand for bytes. */
function readWords(bytes: Uint8Array): Float64Array {
  const whole = bytes.length & ~7;
  const aligned = new Uint8Array(whole === 0 ? 0 : whole + 8);
  if (whole > 0) {
    aligned.set(bytes.subarray(0, whole));
    aligned.set(bytes.subarray(-8), whole);
  }
  const words = new Float64Array(aligned.buffer);
  return words.includes(0) || words.includes(Number.NaN) ? new Float64Array(0) : words;
}
