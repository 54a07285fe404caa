/** Sixteen digits in a row may be more than a double holds. */
const LONG_NUMBER = /\d{16}/;

/**
 * JSON in which integers beyond 2^53 keep their digits, as text: a gold answer must not be rounded.
 * @throws {SyntaxError}
 */
export function parseJson(text: string): unknown {
  // A reviver makes parsing several times slower, and nearly no line needs it.
  return LONG_NUMBER.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
}

function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  return /^-?\d+$/.test(source) ? source : value;
}
