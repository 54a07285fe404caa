import type { Grader } from "../../data/grade.ts";
import { type GraderResources, graderFor } from "../../data/grader.ts";
import type { Problem } from "../../data/problem.ts";
import { BoundedMap } from "./bounded-map.ts";
import { LabelError, parseLabel, type RewardLabel } from "./label.ts";
import type { ProblemFile } from "./problem-file.ts";

/** A label that was read, and what scores its responses. */
export interface LabelGrader {
  label: RewardLabel;
  grader: Grader;
}

/** Labels kept as graders. Programs' tests may take megabytes each. */
const KNOWN = 512;

/** Graders by label: read and made once for all responses to an instance. */
export class LabelGraders {
  readonly #problems: ProblemFile | undefined;
  readonly #resources: GraderResources;
  readonly #known = new BoundedMap<string, LabelGrader>(KNOWN);
  readonly #looked = new BoundedMap<string, Promise<Problem | undefined>>(KNOWN);

  constructor(problems: ProblemFile | undefined, resources: GraderResources) {
    this.#problems = problems;
    this.#resources = resources;
  }

  /**
   * At once where the label carries what is needed, so that mathematics waits for nothing.
   * @throws {LabelError} if it cannot be read, or names a problem that is not known; {@link InvalidOptionError} if the
   *   verifier cannot read what it is given.
   */
  get(text: string, problem?: Problem): LabelGrader | Promise<LabelGrader> {
    const known = this.#known.get(text);
    if (known) return known;
    const label = parseLabel(text);
    if (problem) return this.#keep(text, label, problem);
    if (!label.inlined) return this.#lookUp(text, label);
    return this.#keep(text, label, { id: label.problem, kind: label.kind, ...label.inlined });
  }

  async #lookUp(text: string, label: RewardLabel): Promise<LabelGrader> {
    // Shared by all that ask at once: 64 responses come together.
    let looked = this.#looked.get(label.problem);
    if (!looked) {
      looked = this.#problems?.find(label.problem) ?? Promise.resolve(undefined);
      this.#looked.set(label.problem, looked);
    }
    const problem = await looked;
    if (problem) return this.#known.get(text) ?? this.#keep(text, label, problem);
    this.#looked.delete(label.problem);
    throw new LabelError(`it names ${label.problem}, which is in no problems file given`);
  }

  #keep(text: string, label: RewardLabel, problem: Problem): LabelGrader {
    const { kind } = problem;
    if ((kind === "code" || kind === "judge") && !this.#resources[kind]) {
      throw new LabelError(`its problem needs a ${kind === "code" ? "sandbox" : "judge"}, and there is none`);
    }
    // The problem's own kind goes before what a label written by hand says, or does not say.
    const made = { label: { ...label, kind }, grader: graderFor(problem, this.#resources) };
    this.#known.set(text, made);
    return made;
  }
}
