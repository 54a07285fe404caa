import { solve, userPrompt } from "../core/solve.ts";
import { parseConclusion, sampleProblem } from "../embedded/worklist.ts";
import type { Finding } from "../upstream/index.ts";

/** The embedded model is asked for what it can do: the questions for other models are beyond it. */
export async function* diagnoseEmbedded(abortSignal: AbortSignal): AsyncGenerator<Finding> {
  const [{ createExecutor }, { embeddedModel }] = await Promise.all([
    import("../embedded/engine/executor.ts"),
    import("../embedded/language-model.ts"),
  ]);
  const { kind } = await createExecutor();
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
  const { answer, usage } = await solve(embeddedModel(), call, { widths: [], seed: 0 });
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
