import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import { answer, callWarnings, type Engine } from "./generation.ts";

export interface EmbeddedModelOptions {
  /** Directory of `config.json`, `model.safetensors`, `vocabulary.json`. Default: the one that ships. */
  directory?: URL | string;
  /** Default: `embedded`, or `embedded:PATH` with the directory's path: a reference of the model. */
  modelId?: string;
  /** Where the model runs. Default: ONNX Runtime where it is installed, else WebAssembly. */
  executor?: "onnxruntime" | "wasm";
  /** Threads of ONNX Runtime. */
  threads?: number;
}

const engines = new Map<string, Promise<Engine>>();

/**
 * Models of equal options share one engine, so that their calls are batched together. A directory is read once;
 * what training writes into it later is another process's to see.
 */
function loadEngine(options: EmbeddedModelOptions): Promise<Engine> {
  const key = JSON.stringify([pathOf(options.directory), options.executor, options.threads]);
  let engine = engines.get(key);
  if (!engine) {
    engine = createEngine(options);
    engine.catch(() => engines.delete(key));
    engines.set(key, engine);
  }
  return engine;
}

function pathOf(directory: URL | string | undefined): string | undefined {
  return directory === undefined
    ? undefined
    : resolve(typeof directory === "string" ? directory : fileURLToPath(directory));
}

function modelIdOf({ modelId, directory }: EmbeddedModelOptions): string {
  return modelId ?? (directory === undefined ? "embedded" : `embedded:${pathOf(directory)}`);
}

/** Imports happen here: who only mentions the model does not pay for a runtime. */
async function createEngine({ directory, executor: kind, threads }: EmbeddedModelOptions): Promise<Engine> {
  const [{ loadPretrained }, { createExecutor }, { createPolicy }, { Sampler }] = await Promise.all([
    import("./pretrained.ts"),
    import("./engine/executor.ts"),
    import("./policy.ts"),
    import("./sampler.ts"),
  ]);
  const [pretrained, executor] = await Promise.all([
    loadPretrained(directory),
    createExecutor({ ...(kind && { kind }), ...(threads && { threads }) }),
  ]);
  const policy = await createPolicy({ ...pretrained, executor });
  return { tokenizer: pretrained.tokenizer, sampler: new Sampler(policy) };
}

/**
 * The model that ships with the package: a Llama of half a million parameters that runs in this process and
 * solves work lists (`sampleProblem`), and those only. Anything else is answered with what it is and how to
 * name a real model.
 *
 * Temperature 1 by default. A seed and a prompt give the same text whatever else is being sampled. Stop
 * sequences apply to the conclusion, not to the reasoning; the end token is not counted.
 */
export function embeddedModel(options: EmbeddedModelOptions = {}): LanguageModelV4 {
  return {
    specificationVersion: "v4",
    provider: "pacore",
    modelId: modelIdOf(options),
    supportedUrls: {},
    doGenerate: (call) => generate(options, call),
    doStream: (call) => stream(options, call),
  };
}

async function generate(options: EmbeddedModelOptions, call: LanguageModelV4CallOptions) {
  call.abortSignal?.throwIfAborted();
  const reasoning: string[] = [];
  const text: string[] = [];
  const outcome = await answer(await loadEngine(options), call, {
    reasoning: (delta) => reasoning.push(delta),
    text: (delta) => text.push(delta),
  });
  const content: LanguageModelV4Content[] = [
    { type: "reasoning" as const, text: reasoning.join("") },
    { type: "text" as const, text: text.join("") },
  ].filter((part) => part.text !== "");
  return { content, ...outcome, warnings: callWarnings(call), response: { modelId: modelIdOf(options) } };
}

async function stream(options: EmbeddedModelOptions, call: LanguageModelV4CallOptions) {
  call.abortSignal?.throwIfAborted();
  const engine = await loadEngine(options);
  const cancelled = new AbortController();
  const abortSignal = call.abortSignal
    ? AbortSignal.any([call.abortSignal, cancelled.signal])
    : cancelled.signal;
  return {
    stream: new ReadableStream<LanguageModelV4StreamPart>({
      async start(controller) {
        controller.enqueue({ type: "stream-start", warnings: callWarnings(call) });
        const block = createBlocks((part) => controller.enqueue(part));
        try {
          const outcome = await answer(engine, call, block, abortSignal);
          block.end();
          controller.enqueue({ type: "finish", ...outcome });
          controller.close();
        } catch (error) {
          if (!cancelled.signal.aborted) controller.error(error);
        }
      },
      cancel: () => cancelled.abort(),
    }),
  };
}

/** Turns deltas into started and ended blocks. */
function createBlocks(enqueue: (part: LanguageModelV4StreamPart) => void) {
  let open: "reasoning" | "text" | undefined;
  const end = () => {
    if (open) enqueue({ type: `${open}-end`, id: open });
    open = undefined;
  };
  const write = (kind: "reasoning" | "text") => (delta: string) => {
    if (open !== kind) {
      end();
      enqueue({ type: `${kind}-start`, id: kind });
      open = kind;
    }
    enqueue({ type: `${kind}-delta`, id: kind, delta });
  };
  return { reasoning: write("reasoning"), text: write("text"), end };
}
