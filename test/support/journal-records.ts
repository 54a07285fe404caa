import type { RunHeader } from "../../src/core/journal.ts";
import type { SolveResult } from "../../src/core/result.ts";
import { userPrompt } from "../../src/core/solve.ts";
import type { Trajectory } from "../../src/core/trajectory.ts";

export function header(runId: string, change: Partial<RunHeader> = {}): RunHeader {
  return {
    runId,
    createdAt: 1_790_000_000_000,
    model: "embedded",
    widths: [4],
    call: { prompt: userPrompt("What is 6 × 7?") },
    settings: { seed: 7 },
    fingerprint: "f1",
    ...change,
  };
}

export function trajectory(index: number, change: Partial<Trajectory> = {}): Trajectory {
  return {
    round: 1,
    index,
    attempt: 0,
    outcome: "finished",
    content: [
      { type: "reasoning", text: "six sevens" },
      { type: "text", text: `It is ${index}.` },
    ],
    message: `It is ${index}.`,
    finishReason: { unified: "stop", raw: "stop" },
    usage: { input: 100, cachedInput: 10, reasoning: 30, text: 12, output: 42, estimated: false },
    modelId: "m",
    startedAt: 1_790_000_000_001,
    durationMs: 12.5,
    ...change,
  };
}

export function result(runId: string, answer = "42"): SolveResult {
  const tokens = {
    input: 500,
    cachedInput: 0,
    reasoning: 150,
    text: 60,
    output: 210,
    estimated: false,
    wasted: 0,
  };
  const usage = { input: 100, cachedInput: 0, reasoning: 30, text: 12, output: 42, estimated: false };
  const cost = {
    finished: 5,
    failed: 0,
    cutOff: 0,
    cancelled: 0,
    retries: 0,
    replayed: 0,
    tokens,
    ttc: 210,
    wallMs: 9,
  };
  return {
    runId,
    answer,
    content: [{ type: "text", text: answer }],
    finishReason: { unified: "stop", raw: "stop" },
    source: "synthesis",
    messages: ["It is 0.", "It is 1."],
    usage,
    receipt: { ...cost, notes: [], rounds: [{ ...cost, round: 1, width: 4, effectiveWidth: 4, notes: [] }] },
    warnings: [],
  };
}
