import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { Finding } from "./finding.ts";
import { type Probe, probe } from "./probe.ts";

const QUESTION = "Invent a name for a village by the sea. Answer with the name.";
const MAX_TOKENS = 48;
const SEEDS = [1, 1, 2] as const;

/**
 * Three calls at once, two of them with the same seed: are seeds honoured, do samples differ, and are the calls
 * worked on in parallel?
 */
export async function checkSampling(
  model: LanguageModelV4,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal | undefined },
): Promise<Finding[]> {
  const common = {
    question: QUESTION,
    temperature: 1,
    topP: 1,
    maxOutputTokens: MAX_TOKENS,
    timeoutMs,
    signal,
  };
  try {
    const probes = await Promise.all(SEEDS.map((seed) => probe(model, { ...common, seed })));
    return [seeds(probes), parallel(probes)];
  } catch (error) {
    signal?.throwIfAborted();
    const detail = `Three calls at once: ${error instanceof Error ? error.message : String(error)}`;
    const advice = "Lower the number of parallel calls (--concurrency), or raise the server's limit.";
    return [{ check: "parallel", status: "fail", detail, advice }];
  }
}

function seeds(probes: Probe[]): Finding {
  const [first, second, other] = probes.map(({ text, reasoning }) => reasoning + text);
  if (first === other && first === second) {
    const detail = "Three samples, two of them with different seeds, are the same.";
    const advice = "Parallel trajectories need to differ: check that the server honours temperature.";
    return { check: "seed", status: "warn", detail, advice };
  }
  if (first !== second) {
    const detail = "Equal seeds give different samples: runs cannot be repeated exactly.";
    return {
      check: "seed",
      status: "warn",
      detail,
      advice: "Nothing else depends on it; batching servers often differ.",
    };
  }
  return {
    check: "seed",
    status: "ok",
    detail: "Equal seeds give equal samples, different ones different samples.",
  };
}

/** Do the times in which two of the calls were being answered overlap? */
function parallel(probes: Probe[]): Finding {
  const spans = probes
    .map(({ startedAt, firstTokenMs, totalMs }) => ({
      from: startedAt + (firstTokenMs ?? totalMs),
      to: startedAt + totalMs,
    }))
    .sort((a, b) => a.from - b.from);
  const quickest = Math.min(...probes.map(({ totalMs }) => totalMs));
  const slowest = Math.max(...probes.map(({ totalMs }) => totalMs));
  const overlapping = spans.some(({ from }, i) => i > 0 && from <= (spans[i - 1]?.to ?? 0));
  if (overlapping || slowest < 1.5 * quickest) {
    return { check: "parallel", status: "ok", detail: "Calls are worked on in parallel." };
  }
  return {
    check: "parallel",
    status: "warn",
    detail: "Calls seem to be worked on one after the other.",
    advice:
      "Let the server batch (Ollama: OLLAMA_NUM_PARALLEL; llama.cpp: --parallel), or a round of K takes K times as long.",
  };
}
