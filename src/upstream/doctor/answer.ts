import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { Finding } from "./finding.ts";
import { type Probe, probe } from "./probe.ts";

const QUESTION = "What is 17 + 25? Answer with the number.";
/** Long enough for any short answer, reasoning included; what goes on is not read further. */
const MAX_PIECES = 4000;
/** A cut below this is no limit of ours, nor one that a model should meet with a short answer. */
const SHORT_TOKENS = 1000;

export interface AnswerCheck {
  findings: Finding[];
  probe: Probe | undefined;
}

/** One question without any limit set: does it answer, and how does the answer come? */
export async function checkAnswer(
  model: LanguageModelV4,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal | undefined },
): Promise<AnswerCheck> {
  let seen: Probe;
  try {
    seen = await probe(model, { question: QUESTION, maxPieces: MAX_PIECES, timeoutMs, signal });
  } catch (error) {
    signal?.throwIfAborted();
    return {
      findings: [{ check: "answers", status: "fail", detail: explain(error, timeoutMs) }],
      probe: undefined,
    };
  }
  const findings = [answers(seen), outputLimit(seen), streaming(seen), usage(seen), reasoning(seen)];
  return { findings, probe: seen };
}

function explain(error: unknown, timeoutMs: number): string {
  const timedOut = error instanceof Error && error.name === "TimeoutError";
  if (timedOut) return `There was no answer within ${timeoutMs / 1000} s.`;
  return error instanceof Error ? error.message : String(error);
}

function answers({ text, reasoning, totalMs, finishReason }: Probe): Finding {
  const time = `${(totalMs / 1000).toFixed(1)} s`;
  if (finishReason === "stopped-here")
    return { check: "answers", status: "ok", detail: `It answers at length (${time}).` };
  if (text.trim() === "" && finishReason !== "length") {
    const detail = reasoning
      ? "The answer is reasoning alone, without a conclusion."
      : "The answer is empty.";
    return {
      check: "answers",
      status: "fail",
      detail,
      advice: "Check the chat template and the reasoning parser.",
    };
  }
  return { check: "answers", status: "ok", detail: `It answers (${time}).` };
}

function outputLimit({ finishReason, outputTokens, pieces }: Probe): Finding {
  const tokens = outputTokens ?? pieces;
  if (finishReason !== "length") {
    return { check: "output-limit", status: "ok", detail: "A short answer is not cut off." };
  }
  return {
    check: "output-limit",
    status: tokens < SHORT_TOKENS ? "fail" : "warn",
    detail: `A short answer was cut off after ${tokens} tokens, though no limit was asked for.`,
    advice:
      "Set max output tokens in the call, or raise the server's default (context length, max_new_tokens, num_predict).",
  };
}

function streaming({ pieces, firstTokenMs, totalMs }: Probe): Finding {
  if (pieces < 2) {
    const detail = "The answer came in one piece: the server does not stream, or a proxy collects it.";
    const advice = "Turn off response buffering in the proxy (nginx: proxy_buffering off).";
    return { check: "streaming", status: "warn", detail, advice };
  }
  const first = (firstTokenMs ?? totalMs).toFixed(0);
  const rate = ((pieces - 1) / Math.max(0.001, (totalMs - (firstTokenMs ?? 0)) / 1000)).toFixed(0);
  return {
    check: "streaming",
    status: "ok",
    detail: `First token after ${first} ms, then ${rate} a second.`,
  };
}

function usage({ outputTokens, finishReason }: Probe): Finding {
  if (finishReason === "stopped-here")
    return { check: "usage", status: "skip", detail: "Not read to its end." };
  if (outputTokens !== undefined) {
    return { check: "usage", status: "ok", detail: `The stream reports usage (${outputTokens} tokens out).` };
  }
  const advice =
    "Token counts, budgets and prices will be estimates; enable stream_options.include_usage on the server.";
  return { check: "usage", status: "warn", detail: "The stream reports no usage.", advice };
}

function reasoning({ text, reasoning: separated }: Probe): Finding {
  if (/<\/?think(ing)?>/i.test(text)) {
    return {
      check: "reasoning",
      status: "warn",
      detail: "The reasoning comes inside the text, as <think>…</think>.",
      advice:
        "It is cut out all the same; cleaner: start vLLM or SGLang with --reasoning-parser <name of the model's>.",
    };
  }
  const detail = separated ? "Reasoning comes apart from the text." : "No reasoning was seen.";
  return { check: "reasoning", status: "ok", detail };
}
