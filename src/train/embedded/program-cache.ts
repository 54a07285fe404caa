import type { Executor, Program } from "../../embedded/engine/executor.ts";
import type { HostTensor, TensorSpec } from "../../embedded/engine/host-tensor.ts";
import type { Value } from "../../embedded/engine/traced.ts";

type Graph = (...values: Value[]) => Value[];

/** A program keeps the memory of its largest run, some 70 MB in the lab; compiling one again takes a second. */
const MOST_PROGRAMS = 32;

/**
 * Programs by name, each compiled when it is first needed; the longest unused make room. Weights are inputs, for they
 * change every step. One run at a time.
 */
export class ProgramCache {
  readonly #executor: Executor;
  readonly #programs = new Map<string, Promise<Program>>();

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /** Run the program `key`; `graph` gives it when it is not compiled yet. */
  async run(key: string, graph: () => Graph, inputs: readonly HostTensor[]): Promise<HostTensor[]> {
    const program = await this.#program(key, graph, inputs);
    await this.#makeRoom();
    return program.run(inputs);
  }

  async #makeRoom(): Promise<void> {
    for (const [key, program] of this.#programs) {
      if (this.#programs.size <= MOST_PROGRAMS) return;
      this.#programs.delete(key);
      await (await program).dispose();
    }
  }

  #program(key: string, graph: () => Graph, inputs: readonly TensorSpec[]): Promise<Program> {
    const program = this.#programs.get(key) ?? this.#compile(key, graph, inputs);
    this.#programs.delete(key);
    this.#programs.set(key, program);
    return program;
  }

  #compile(key: string, graph: () => Graph, inputs: readonly TensorSpec[]): Promise<Program> {
    const program = this.#executor.compile(graph(), { inputs });
    // What could not be compiled for these inputs may be for others.
    program.catch(() => this.#programs.delete(key));
    return program;
  }

  async dispose(): Promise<void> {
    const programs = [...this.#programs.values()];
    this.#programs.clear();
    for (const program of programs) await (await program).dispose();
  }
}
