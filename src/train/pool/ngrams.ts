/**
 * Words: runs of letters, marks and digits, after NFKC and in lower case; all else separates. Scripts that write no
 * spaces give a word a character.
 */
const TOKEN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]|[\p{L}\p{M}\p{N}]+/gu;

export function tokensOf(text: string): string[] {
  return text.normalize("NFKC").toLowerCase().match(TOKEN) ?? [];
}

/** Odd, and no two powers that matter are equal modulo 2^32. */
const BASES = [0x01000193, 0x9e3779b1] as const;

/**
 * One number a run of `n` words, in their order; none if there are fewer. Equal runs have equal numbers; the numbers
 * have 53 bits of two rolling hashes, so that among 10^6 runs known and 10^7 asked one in a thousand times one is
 * taken for another.
 */
export function ngramHashes(tokens: readonly string[], n: number): number[] {
  if (tokens.length < n) return [];
  const hashes = tokens.map(hashOf);
  const powers = BASES.map((base) => power(base, n)) as [number, number];
  const grams: number[] = [];
  let [a, b] = [0, 0];
  for (const [at, hash] of hashes.entries()) {
    // h ← h·B + new − old·Bⁿ, modulo 2^32
    const old = at < n ? 0 : (hashes[at - n] as number);
    a = (Math.imul(a, BASES[0]) + hash - Math.imul(old, powers[0])) | 0;
    b = (Math.imul(b, BASES[1]) + hash - Math.imul(old, powers[1])) | 0;
    if (at >= n - 1) grams.push((a >>> 0) * 2 ** 21 + (b >>> 11));
  }
  return grams;
}

/** FNV-1a over UTF-16 units, mixed, so that its upper bits say as much as its lower ones. */
function hashOf(token: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < token.length; i++) hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base);
  return result;
}
