import { createHash } from "node:crypto";

/** Uniform on [0, 1). */
export type Random = () => number;

/** A seeded generator (mulberry32): 32 bits of state, the same sequence on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A seed for one purpose out of another: streams of different `salt` do not overlap in practice. */
export function deriveSeed(seed: number, salt: number): number {
  let h = Math.imul(seed ^ (seed >>> 16), 0x21f0aaad) ^ Math.imul(salt + 0x9e3779b9, 0x735a2d97);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}

/** A seed for one purpose, out of names: independent of the order in which things happen to run. */
export function seedFor(seed: number, ...names: (string | number)[]): number {
  return createHash("sha256")
    .update(JSON.stringify([seed, ...names]))
    .digest()
    .readUInt32LE();
}

/** A shuffled copy (Fisher–Yates). */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}
