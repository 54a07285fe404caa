import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { problemOf } from "../../src/core/prompt-slot.ts";
import type { Grader } from "../../src/data/grade.ts";
import type { Problem } from "../../src/data/problem.ts";
import type { EvaluateOptions } from "../../src/eval/evaluate.ts";
import { type EvaluationStore, openStore } from "../../src/eval/store.ts";
import { type Script, type ScriptedModel, scriptedModel } from "../../src/testing/scripted-model.ts";
import { right, wrong } from "../../src/verify/score.ts";

export function toyProblems(count: number): Problem[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `p${i}`,
    prompt: `Problem ${i}: say r${i}`,
    answer: `r${i}`,
    kind: "exact" as const,
  }));
}

/** Right one time in three by the call's seed; with references in its prompt, always. */
export const toyScript: Script = ({ seed = 0, prompt }) => {
  const text = problemOf(prompt);
  const wanted = /say (r\d+)/.exec(text)?.[1] ?? "?";
  if (text.includes("Reference 1:")) return { reasoning: "The references disagree.", text: wanted };
  return { reasoning: "Let me think about it.", text: seed % 3 === 0 ? wanted : `w${seed % 3}` };
};

export const toyModel = (script: Script = toyScript): ScriptedModel =>
  scriptedModel(script, { modelId: "toy" });

export const toyGrader = ({ answer }: Problem): Grader => ({
  score: (message) => (message === answer ? right(message, "equal") : wrong(message, "different")),
});

export interface Toy {
  folder: string;
  open(): Promise<EvaluationStore>;
  remove(): void;
}

export function toyFolder(): Toy {
  const folder = mkdtempSync(join(tmpdir(), "pacore-eval-"));
  return {
    folder,
    open: () => openStore(join(folder, "evaluation.db")),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

export const toyOptions = (store: EvaluationStore, more: Partial<EvaluateOptions>): EvaluateOptions => ({
  model: toyModel(),
  methods: [],
  samples: 2,
  seed: 1,
  grader: toyGrader,
  store,
  ...more,
});
