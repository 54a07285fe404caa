import { expect, test } from "vitest";
import { soak } from "../support/soak.ts";

const SECONDS = Number(process.env.SOAK_SECONDS ?? 8);

test(
  "mixed load with upstream faults and leaving clients leaves nothing behind",
  async () => {
    const { requests, statuses, upstreamCalls, faults, left, leaked } = await soak({
      seconds: SECONDS,
      clients: 12,
    });
    expect(left).toEqual({ runs: 0, queued: 0, calls: 0, upstreamCalls: 0, upstreamSockets: 0 });
    expect(requests).toBeGreaterThan(20);
    expect(faults / upstreamCalls).toBeGreaterThan(0.05);
    expect(statuses[200]).toBeGreaterThan(0);
    // Ours to answer for are only upstream failures.
    expect(
      Object.keys(statuses).filter((status) => !["0", "200", "502", "503", "504"].includes(status)),
    ).toEqual([]);
    expect(leaked).toEqual({});
  },
  (SECONDS + 300) * 1000,
);
