import type { HostTensor, TensorSpec } from "./host-tensor.ts";
import type { Value } from "./traced.ts";

/** A compiled function of fixed shapes. */
export interface Program {
  /** Inputs in the order of their specs; outputs in the order the graph returned them. */
  run(inputs: readonly HostTensor[]): Promise<HostTensor[]>;
  dispose(): Promise<void>;
}

interface CompileOptions {
  /** Arguments with known values; they come before the inputs and are stored in the program. */
  constants?: readonly HostTensor[];
  inputs: readonly TensorSpec[];
}

/** Where programs run: ONNX Runtime's CPU kernels, or jax-js's own Wasm. */
export interface Executor {
  readonly kind: "onnxruntime" | "wasm";
  compile(graph: (...values: Value[]) => Value[], options: CompileOptions): Promise<Program>;
}

interface ExecutorOptions {
  /** Default: `PACORE_EXECUTOR` if set, else ONNX Runtime where it is installed, else Wasm. */
  kind?: Executor["kind"];
  /** Threads one program may use; Wasm has one. */
  threads?: number;
}

/** The executor of this machine. Nothing heavy is imported before this is called. */
export async function createExecutor({ kind, threads = 2 }: ExecutorOptions = {}): Promise<Executor> {
  const wanted = kind ?? kindFromEnvironment();
  if (wanted !== "wasm") {
    const { createOrtExecutor } = await import("./ort.ts");
    const executor = await createOrtExecutor(threads).catch((cause: unknown) => {
      if (wanted === undefined) return undefined;
      const hint = "Run `npm install onnxruntime-node`, or set PACORE_EXECUTOR=wasm.";
      throw new Error(`onnxruntime-node cannot be loaded. ${hint}`, { cause });
    });
    if (executor) return executor;
  }
  const { createWasmExecutor } = await import("./wasm.ts");
  return createWasmExecutor();
}

function kindFromEnvironment(): Executor["kind"] | undefined {
  const value = process.env.PACORE_EXECUTOR;
  if (value === undefined || value === "") return undefined;
  if (value === "wasm" || value === "onnxruntime") return value;
  throw new Error(`PACORE_EXECUTOR is "${value}"; it must be "onnxruntime" or "wasm".`);
}
