import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
} from "@ai-sdk/provider";

/** What one small streamed call showed. Times in milliseconds since it was made. */
export interface Probe {
  text: string;
  reasoning: string;
  /** Pieces in which text and reasoning came. */
  pieces: number;
  startedAt: number;
  firstTokenMs: number | undefined;
  totalMs: number;
  finishReason: LanguageModelV4FinishReason["unified"] | "stopped-here";
  outputTokens: number | undefined;
}

export interface ProbeOptions extends Partial<LanguageModelV4CallOptions> {
  question: string;
  /** Stop reading after so many pieces. */
  maxPieces?: number;
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

/** Ask a small question and watch how the answer comes. @throws what the call throws. */
export async function probe(model: LanguageModelV4, options: ProbeOptions): Promise<Probe> {
  const { question, maxPieces = Number.POSITIVE_INFINITY, timeoutMs, signal, ...call } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  const abortSignal = signal ? AbortSignal.any([signal, timeout]) : timeout;
  const startedAt = performance.now();
  const seen = { text: "", reasoning: "", pieces: 0 };
  let firstTokenMs: number | undefined;
  const end = (finishReason: Probe["finishReason"], outputTokens: number | undefined): Probe => ({
    ...seen,
    startedAt,
    firstTokenMs,
    totalMs: performance.now() - startedAt,
    finishReason,
    outputTokens,
  });
  const prompt: LanguageModelV4CallOptions["prompt"] = [
    { role: "user", content: [{ type: "text", text: question }] },
  ];
  const { stream } = await model.doStream({ ...call, prompt, abortSignal });
  for await (const part of stream) {
    if (part.type === "error") throw part.error;
    if (part.type === "finish") return end(part.finishReason.unified, part.usage.outputTokens.total);
    if (part.type !== "text-delta" && part.type !== "reasoning-delta") continue;
    firstTokenMs ??= performance.now() - startedAt;
    seen[part.type === "text-delta" ? "text" : "reasoning"] += part.delta;
    // Leaving the loop cancels the stream, and so the call.
    if (++seen.pieces >= maxPieces) return end("stopped-here", undefined);
  }
  return end("other", undefined);
}
