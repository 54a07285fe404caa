import { defaultDevice, init, type Array as JaxArray, jit, makeJaxpr, numpy as np } from "@jax-js/jax";
import type { Executor } from "./executor.ts";
import type { HostTensor, TensorSpec } from "./host-tensor.ts";
import { traced, type Value } from "./traced.ts";

let initialised: Promise<unknown> | undefined;

/** Start jax-js on its Wasm backend, once in a process; tracing needs it too. */
async function startJax(): Promise<void> {
  initialised ??= init("wasm").then(() => defaultDevice("wasm"));
  await initialised;
}

/** A jax-js array that copies the tensor. */
function toDevice(tensor: HostTensor): JaxArray {
  const dtype = tensor.dtype === "float32" ? np.float32 : np.int32;
  return np.array(tensor.data as Float32Array<ArrayBuffer>, { dtype }).reshape([...tensor.shape]);
}

async function toHost(array: JaxArray): Promise<HostTensor> {
  const { shape, dtype } = array;
  return { shape, dtype: dtype as HostTensor["dtype"], data: (await array.data()) as HostTensor["data"] };
}

/** Trace a graph for arguments of the given shapes. */
export async function traceGraph(graph: (...values: Value[]) => Value[], specs: readonly TensorSpec[]) {
  await startJax();
  const placeholders = specs.map(({ dtype, shape }) =>
    np.zeros([...shape], { dtype: dtype === "float32" ? np.float32 : np.int32 }),
  );
  const { jaxpr } = makeJaxpr(traced(graph))(...placeholders);
  for (const placeholder of placeholders) placeholder.dispose();
  return jaxpr;
}

/** jax-js's own backend: the fallback where ONNX Runtime is not installed, and the reference in tests. */
export async function createWasmExecutor(): Promise<Executor> {
  await startJax();
  return {
    kind: "wasm",
    async compile(graph, { constants = [] }) {
      const resident = constants.map(toDevice);
      const run = jit(traced(graph));
      return {
        async run(inputs) {
          const outputs = run(...resident.map((array) => array.ref), ...inputs.map(toDevice));
          return Promise.all(outputs.map(toHost));
        },
        async dispose() {
          for (const array of resident) array.dispose();
          run.dispose();
        },
      };
    },
  };
}
