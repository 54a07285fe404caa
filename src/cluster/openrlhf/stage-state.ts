import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { writeAtomically } from "../../embedded/atomic-file.ts";
import { InvalidOptionError } from "../../errors.ts";
import { processOf } from "../../verify/code/process-tree.ts";
import { isSame } from "./child.ts";

const stateSchema = z.object({
  version: z.literal(1),
  /** What the stage must be gone on with: recipe, problems, messages. */
  fingerprint: z.string(),
  /** Phases that are over. */
  done: z.array(z.enum(["rows", "model", "training"])),
  /** Iterations of the stage whose metrics are logged. */
  told: z.int().min(0),
  /** How often the trainer was started. */
  lives: z.int().min(0),
  /** The process that drives the stage. */
  owner: z.object({ pid: z.int(), startedAt: z.string() }).optional(),
});

type State = z.infer<typeof stateSchema>;
export type Phase = State["done"][number];

/** How far a stage is, on disk before anything relies on it. */
export class StageState {
  readonly #path: string;
  readonly #state: State;

  private constructor(path: string, state: State) {
    this.#path = path;
    this.#state = state;
  }

  /**
   * @throws {InvalidOptionError} if the folder was begun with something else, or another process is at work there.
   */
  static async open(path: string, fingerprint: string): Promise<StageState> {
    const found = existsSync(path) ? readState(path, await readFile(path, "utf8")) : undefined;
    if (found && found.fingerprint !== fingerprint)
      throw new InvalidOptionError(
        "out",
        `${path} is of another recipe or pool; name another --out, or go on with its own.`,
      );
    const { owner } = found ?? {};
    if (owner && owner.pid !== process.pid && isSame(owner))
      throw new InvalidOptionError("out", `process ${owner.pid} trains there; wait for it, or end it.`);
    const state = new StageState(path, found ?? { version: 1, fingerprint, done: [], told: 0, lives: 0 });
    const self = ownProcess();
    await state.#save(self ? { owner: self } : {});
    return state;
  }

  get told(): number {
    return this.#state.told;
  }

  get lives(): number {
    return this.#state.lives;
  }

  isDone(phase: Phase): boolean {
    return this.#state.done.includes(phase);
  }

  async finish(phase: Phase): Promise<void> {
    if (!this.isDone(phase)) await this.#save({ done: [...this.#state.done, phase] });
  }

  async tell(iterations: number): Promise<void> {
    await this.#save({ told: iterations });
  }

  async beginLife(): Promise<number> {
    await this.#save({ lives: this.#state.lives + 1 });
    return this.#state.lives;
  }

  async #save(change: Partial<State>): Promise<void> {
    Object.assign(this.#state, change);
    await writeAtomically(this.#path, `${JSON.stringify(this.#state, null, 2)}\n`);
  }
}

function readState(path: string, text: string): State {
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new InvalidOptionError(
      "out",
      `${path} cannot be read; remove its folder to begin the stage anew.`,
      {
        cause,
      },
    );
  }
}

function ownProcess() {
  try {
    return processOf(process.pid);
  } catch {
    return undefined;
  }
}
