import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { Executor, Program } from "./executor.ts";
import { floatData, type HostTensor } from "./host-tensor.ts";
import { emitOnnx } from "./onnx-emit.ts";
import { traceGraph } from "./wasm.ts";

type Ort = typeof import("onnxruntime-node");

/** The executor over onnxruntime-node's CPU kernels. @throws If the package is not installed. */
export async function createOrtExecutor(threads: number): Promise<Executor> {
  const loaded = (await import("onnxruntime-node")) as Ort & { default?: Ort };
  const ort = loaded.default ?? loaded;
  const options: InferenceSession.SessionOptions = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    // One block for a whole run, planned after the first: a third more memory, and slower by what the caches then miss.
    enableMemPattern: false,
    // A thread that spins for its partner takes the core from whoever has work: on busy cores half the speed.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  };
  return {
    kind: "onnxruntime",
    async compile(graph, { constants = [], inputs }) {
      const jaxpr = await traceGraph(graph, [...constants, ...inputs]);
      const emitted = await emitOnnx(jaxpr, constants.map(floatData));
      jaxpr.dispose();
      const session = await ort.InferenceSession.create(emitted.model, options);
      return sessionProgram(ort, session, emitted.inputNames, emitted.outputNames);
    },
  };
}

function sessionProgram(
  ort: Ort,
  session: InferenceSession,
  inputNames: readonly string[],
  outputNames: readonly string[],
): Program {
  return {
    async run(inputs) {
      const feeds: Record<string, Tensor> = {};
      for (const [index, name] of inputNames.entries()) {
        const { dtype, data, shape } = inputs[index] as HostTensor;
        feeds[name] = new ort.Tensor(dtype as "float32", data as Float32Array, shape as number[]);
      }
      const results = await session.run(feeds);
      return outputNames.map((name) => {
        const { type, data, dims } = results[name] as Tensor;
        return { dtype: type as HostTensor["dtype"], shape: dims, data: data as HostTensor["data"] };
      });
    },
    dispose: () => session.release(),
  };
}
