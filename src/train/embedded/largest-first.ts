import type { PackedGroup } from "./pack-group.ts";

/** Tokens that a program over the group computes, padding included. */
const tokensOf = ({ shape }: PackedGroup) => shape.prefixLength + shape.rows * shape.length;

/**
 * Start a task for every group, the largest first: threads that take them one by one then end at about the same time,
 * and none is left alone with the longest.
 * @returns What the tasks gave, in the groups' own order.
 */
export function largestFirst<G, R>(
  groups: readonly G[],
  packed: (group: G) => PackedGroup,
  task: (group: G, index: number) => Promise<R>,
): Promise<R[]> {
  const size = (index: number) => tokensOf(packed(groups[index] as G));
  const started: Promise<R>[] = [];
  for (const index of [...groups.keys()].sort((a, b) => size(b) - size(a)))
    started[index] = task(groups[index] as G, index);
  return Promise.all(started);
}
