import type { Slots } from "../../core/slots.ts";

/** Wait for a slot. @returns Call it once to give the slot back. */
export type Seat = () => Promise<() => void>;

/**
 * How the calls of one problem get their slots: each its own; or all at once, for models that batch equal prompts. Then
 * each of the `calls` has to take its seat and leave it.
 */
export async function seatsFor(slots: Slots, calls: number, together: boolean): Promise<Seat> {
  if (!together || calls === 0) {
    return async () => {
      const lease = await slots.acquire(1);
      return () => lease.release();
    };
  }
  const lease = await slots.acquire(calls);
  let left = calls;
  return async () => () => lease.shrinkTo(--left);
}
