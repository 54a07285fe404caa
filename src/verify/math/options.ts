/** How two answers are held against each other. */
export interface MathOptions {
  /**
   * Decimal places to which a decimal must agree with an exact value. Default: a decimal stands for what rounds, or is
   * cut off, to all of its own places, and has at least six of them.
   */
  precision?: number | undefined;
  /** `10%` is 0.1 (`"fraction"`, the default), or also 10 (`"either"`). */
  percent?: "fraction" | "either" | undefined;
  /** Whether the order of a bare list, `1, 2`, matters. Default: it does not; that of tuples always does. */
  listOrder?: "ignored" | "kept" | undefined;
  /**
   * Whether a predicted inequality may answer a gold set. Default: no, since the question itself is often an
   * inequality; the reverse is always allowed.
   */
  inequalityForSet?: boolean | undefined;
  /** Where an answer may be looked for. Default: both. */
  sources?: readonly ("latex" | "plain")[] | undefined;
}
