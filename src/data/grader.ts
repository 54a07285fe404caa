import { parseConclusion, scoreWorklist } from "../embedded/worklist.ts";
import { InvalidOptionError } from "../errors.ts";
import { choiceVerifier } from "../verify/choice.ts";
import { exactVerifier } from "../verify/exact.ts";
import { mathNormalForm } from "../verify/math/normal-form.ts";
import { right, type Score, type Verifier, wrong } from "../verify/score.ts";
import { type CaseKind, caseSchema, scoreCase } from "../verify/score-case.ts";
import type { Grader } from "./grade.ts";
import type { Problem, ProblemKind } from "./problem.ts";

/** Graders that need something from outside: a model, a sandbox. */
export interface GraderResources {
  judge?: Verifier | undefined;
  code?: ((problem: Problem) => Grader) | undefined;
}

/** @throws {InvalidOptionError} if a problem needs a judge or a sandbox and there is none. */
export function checkKinds(problems: readonly Problem[], { judge, code }: GraderResources): void {
  const count = (kind: ProblemKind) => problems.filter((problem) => problem.kind === kind).length;
  if (!judge && count("judge") > 0) {
    throw new InvalidOptionError(
      "judge",
      `${count("judge")} problems need a judge; name one with --judge-model, or another --kind.`,
    );
  }
  if (!code && count("code") > 0) {
    throw new InvalidOptionError(
      "code",
      `${count("code")} problems are programs to be run; give a grader with a sandbox (codeVerifier, localRunner).`,
    );
  }
  const bare = problems.find(({ kind, answer }) => answer === undefined && kind !== "worklist");
  if (bare)
    throw new InvalidOptionError("data", `${bare.id} has no gold answer; map it with --map answer=FIELD.`);
}

/** How answers to a problem are told right from wrong. */
export function graderFor(problem: Problem, resources: GraderResources = {}): Grader {
  const { kind } = problem;
  switch (kind) {
    case "worklist":
      return worklistGrader(problem);
    case "judge":
      return {
        score: (message, signal) =>
          (resources.judge as Verifier).score(message, textOf(problem.answer), { signal }),
      };
    case "code":
      return (resources.code as NonNullable<GraderResources["code"]>)(problem);
    default:
      return {
        score: scorer(problem, kind),
        normalForm: NORMAL_FORMS[kind] ?? ((message) => message.trim()),
      };
  }
}

const NORMAL_FORMS: Partial<Record<CaseKind, (message: string) => string>> = {
  math: mathNormalForm,
  ...(choiceVerifier.normalForm && { choice: choiceVerifier.normalForm }),
  exact: exactVerifier().normalForm as (message: string) => string,
};

/** Read once: the gold answer and its options are the same for every message. */
function scorer({ answer, options, id }: Problem, kind: CaseKind): (message: string) => Score {
  const known = caseSchema.safeParse({ gold: answer, pred: "", kind, opts: options });
  if (!known.success) {
    throw new InvalidOptionError(
      "data",
      `${id} has an answer or options that the ${kind} verifier cannot read.`,
    );
  }
  const { gold, opts } = known.data;
  return (pred) => scoreCase({ gold, pred, kind, opts });
}

const textOf = (answer: Problem["answer"]): string =>
  typeof answer === "string" ? answer : JSON.stringify(answer ?? null);

function worklistGrader({ prompt, id }: Problem): Grader {
  if (typeof prompt !== "string") throw new InvalidOptionError("data", `${id} is no work list.`);
  return {
    score: (message) =>
      scoreWorklist(prompt, message) === 1
        ? right(message, "every part is right")
        : wrong(message, "a part is wrong"),
    // The digits by their labels, whatever stands around them.
    normalForm: (message) => {
      const digits = [...parseConclusion(message)].sort(([a], [b]) => (a < b ? -1 : 1));
      return digits.map(([label, digit]) => `${label}=${digit}`).join(" ");
    },
  };
}
