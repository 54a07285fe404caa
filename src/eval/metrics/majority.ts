import { binomialRow } from "./combinatorics.ts";

/** Samples of one problem that gave the same answer. */
export interface AnswerGroup {
  size: number;
  /** What the answer is worth, 0 … 1. */
  value: number;
}

/** More samples than this and the numbers of their subsets leave the range of a double. */
export const MOST_SAMPLES = 1000;

/**
 * Expected worth of the majority answer of K samples, for every K from 1 to `maxK`, over all K-subsets of the
 * samples there are: exact, by counting subsets, not by drawing them. Ties are broken by a fair lot. Samples
 * without an answer take a place but cast no vote; a draw without any vote is worth 0.
 *
 * For each group g and each number j of votes it may get, the subsets in which every other group gets at most j
 * votes are counted by how many of them tie with g at j.
 * @param groups At most {@link MOST_SAMPLES} samples in all, abstentions included.
 */
export function majorityVote(groups: readonly AnswerGroup[], abstaining: number, maxK: number): number[] {
  const n = groups.reduce((sum, { size }) => sum + size, abstaining);
  const subsets = binomialRow(n);
  const won = new Float64Array(maxK + 1);
  for (const [index, { size, value }] of groups.entries()) {
    if (value === 0) continue;
    const others = groups.filter((_, i) => i !== index).map((group) => group.size);
    const own = binomialRow(size);
    for (let votes = 1; votes <= Math.min(size, maxK); votes++) {
      const rest = subsetsOfOthers(others, { abstaining, most: votes, room: maxK - votes });
      for (const [drawn, ways] of rest.entries()) {
        won[votes + drawn] = (won[votes + drawn] as number) + value * (own[votes] as number) * ways;
      }
    }
  }
  return Array.from({ length: maxK }, (_, i) => (won[i + 1] as number) / (subsets[i + 1] as number));
}

/**
 * Ways to draw s samples from the other groups and the abstaining, no group giving more than `most`; each
 * weighted by 1 / (1 + groups that give exactly `most`), the chance of winning that tie. For s = 0 … room.
 */
function subsetsOfOthers(
  sizes: readonly number[],
  { abstaining, most, room }: { abstaining: number; most: number; room: number },
): Float64Array {
  const maxTies = Math.floor(room / most);
  const width = maxTies + 1;
  let ways = new Float64Array((room + 1) * width);
  ways[0] = 1;
  let reached = 0;
  for (const size of sizes) {
    ways = drawFrom(ways, { size, most, room, width, reached });
    reached = Math.min(room, reached + Math.min(size, most));
  }
  const drawn = new Float64Array(room + 1);
  const silent = binomialRow(abstaining);
  for (let s = 0; s <= reached; s++) {
    let weighted = 0;
    for (let ties = 0; ties < width; ties++) weighted += (ways[s * width + ties] as number) / (ties + 1);
    if (weighted === 0) continue;
    const more = Math.min(abstaining, room - s);
    for (let a = 0; a <= more; a++)
      drawn[s + a] = (drawn[s + a] as number) + weighted * (silent[a] as number);
  }
  return drawn;
}

interface Draw {
  size: number;
  most: number;
  room: number;
  width: number;
  /** Most that the groups before could have given. */
  reached: number;
}

/** One more group: it gives 0 … `most`; giving exactly `most` is one more tie. */
function drawFrom(
  before: Float64Array,
  { size, most, room, width, reached }: Draw,
): Float64Array<ArrayBuffer> {
  const after = new Float64Array(before.length);
  const choose = binomialRow(size);
  for (let s = 0; s <= reached; s++) {
    for (let ties = 0; ties < width; ties++) {
      const ways = before[s * width + ties] as number;
      if (ways === 0) continue;
      const give = Math.min(size, most, room - s);
      for (let g = 0; g <= give; g++) {
        const at = (s + g) * width + ties + (g === most ? 1 : 0);
        after[at] = (after[at] as number) + ways * (choose[g] as number);
      }
    }
  }
  return after;
}
