/** Problems: what is asked, how an answer is recognised, and where data sets come from. */
export { type ArithmeticOptions, arithmeticProblems } from "./arithmetic.ts";
export {
  type BuildCodeTestsOptions,
  buildCodeTests,
} from "./code-tests/build-code-tests.ts";
export { CODE_FIELDS, type CodeSource, codeSourceReader } from "./code-tests/code-source.ts";
export { type CodeTestReport, reportText } from "./code-tests/report.ts";
export { type CodeTestSettings, TEST_CATEGORIES } from "./code-tests/settings.ts";
export type { Rejection, Verdict } from "./code-tests/verdict.ts";
export { type FieldMap, parseFieldMap } from "./field-map.ts";
export { type Grade, type Grader, gradeOnce } from "./grade.ts";
export { checkKinds, type GraderResources, graderFor } from "./grader.ts";
export type { HubOptions } from "./hub.ts";
export { type Loaded, type LoadOptions, loadProblems, problemReader, readRows } from "./load.ts";
export { type Classification, classify } from "./math-judge/classification.ts";
export { type JudgeProblemsOptions, judgeProblems } from "./math-judge/judge-problems.ts";
export { type JudgeReport, judgeReportText } from "./math-judge/judge-report.ts";
export {
  type ChatMessage,
  PROBLEM_KINDS,
  type Problem,
  type ProblemKind,
  problemSchema,
} from "./problem.ts";
export type { Rejected } from "./rows.ts";
export { toPrompt } from "./to-prompt.ts";
export { worklistProblems } from "./worklists.ts";
