/**
 * Records as JSON. What JSON has no word for and a trajectory may hold becomes an object with one tagged key:
 * bytes as base64, URLs as text. Keys that look like a tag get one more `$`, so nothing can be mistaken.
 */
const BYTES = "$pacore:bytes";
const URL_TAG = "$pacore:url";
const TAG_LIKE = /^\$+pacore:/;

/**
 * Lone surrogates become escapes (JSON.stringify is well-formed), so the text is always valid UTF-8.
 * @throws {TypeError} on what cannot be stored: BigInt, cycles.
 */
export function encode(value: unknown): string {
  return JSON.stringify(value, tag);
}

// `this[key]` is the value before its own toJSON, which Buffer and URL have.
function tag(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const given = this[key];
  if (given instanceof Uint8Array) {
    return { [BYTES]: Buffer.from(given.buffer, given.byteOffset, given.byteLength).toString("base64") };
  }
  if (given instanceof URL) return { [URL_TAG]: given.href };
  return renameKeys(value, (key) => (TAG_LIKE.test(key) ? `$${key}` : key));
}

/** The inverse of {@link encode}. @throws {SyntaxError} if the text is not JSON. */
export function decode(text: string): unknown {
  // A reviver makes parsing several times slower, and nearly no record needs it.
  return text.includes("$pacore:") ? JSON.parse(text, untag) : JSON.parse(text);
}

function untag(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const [first, second] = Object.entries(value);
  if (first && !second && typeof first[1] === "string") {
    if (first[0] === BYTES) return new Uint8Array(Buffer.from(first[1], "base64"));
    if (first[0] === URL_TAG) return new URL(first[1]);
  }
  return renameKeys(value, (key) => (TAG_LIKE.test(key) ? key.slice(1) : key));
}

/** The same value; an object of which keys change is copied. */
function renameKeys(value: unknown, rename: (key: string) => string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if (!Object.keys(value).some((key) => TAG_LIKE.test(key))) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [rename(key), inner]));
}
