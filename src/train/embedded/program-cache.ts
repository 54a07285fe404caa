import type { Executor, Program } from "../../embedded/engine/executor.ts";
import type { HostTensor, TensorSpec } from "../../embedded/engine/host-tensor.ts";
import type { Value } from "../../embedded/engine/traced.ts";

type Graph = (...values: Value[]) => Value[];

/** Programs by name, each compiled when it is first needed. Weights are inputs, for they change every step. */
export class ProgramCache {
  readonly #executor: Executor;
  readonly #programs = new Map<string, Promise<Program>>();

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /** Run the program `key`; `graph` gives it when it is not compiled yet. */
  async run(key: string, graph: () => Graph, inputs: readonly HostTensor[]): Promise<HostTensor[]> {
    return (await this.#program(key, graph, inputs)).run(inputs);
  }

  #program(key: string, graph: () => Graph, inputs: readonly TensorSpec[]): Promise<Program> {
    let program = this.#programs.get(key);
    if (!program) {
      program = this.#executor.compile(graph(), { inputs });
      this.#programs.set(key, program);
    }
    return program;
  }

  async dispose(): Promise<void> {
    const programs = [...this.#programs.values()];
    this.#programs.clear();
    for (const program of programs) await (await program).dispose();
  }
}
