import { solve, userPrompt } from "../core/solve.ts";
import { parseConclusion, sampleProblem } from "../embedded/worklist.ts";
import { type Finding, ModelReferenceError, resolveModel } from "../upstream/index.ts";

/** An embedded model is asked for what it can do: the questions for other models are beyond it. */
export async function* diagnoseEmbedded(
  reference: string,
  abortSignal: AbortSignal,
): AsyncGenerator<Finding> {
  const model = await resolveModel(reference).catch((error: unknown) => {
    if (!(error instanceof ModelReferenceError)) throw error;
    return error.message;
  });
  if (typeof model === "string") {
    yield { check: "reference", status: "fail", detail: model };
    return;
  }
  const { kind } = await (await import("../embedded/engine/executor.ts")).createExecutor();
  yield kind === "wasm"
    ? {
        check: "reachable",
        status: "warn",
        detail: "It runs on WebAssembly.",
        advice: "npm install onnxruntime-node makes it faster.",
      }
    : { check: "reachable", status: "ok", detail: "It runs on ONNX Runtime." };
  const startedAt = performance.now();
  const call = { prompt: userPrompt(sampleProblem(0)), abortSignal };
  const { answer, usage } = await solve(model, call, { widths: [], seed: 0 });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  yield parseConclusion(answer).size > 0
    ? { check: "answers", status: "ok", detail: `It answers a work list (${seconds} s, loading included).` }
    : { check: "answers", status: "fail", detail: `It answered "${answer}", which is no conclusion.` };
  yield {
    check: "reasoning",
    status: usage.reasoning > 0 ? "ok" : "fail",
    detail: `Reasoning comes apart from the text (${usage.reasoning} tokens of it).`,
  };
  yield {
    check: "model",
    status: "warn",
    detail: "It is a demonstration: it solves work lists only (pacore solve --sample).",
    advice: "Name a real model for anything else: pacore doctor http://localhost:8000/v1#model-id.",
  };
}
