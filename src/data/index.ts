/** Problems: what is asked, how an answer is recognised, and where data sets come from. */
export { type ArithmeticOptions, arithmeticProblems } from "./arithmetic.ts";
export { type FieldMap, parseFieldMap } from "./field-map.ts";
export { type Grade, type Grader, gradeOnce } from "./grade.ts";
export { checkKinds, type GraderResources, graderFor } from "./grader.ts";
export type { HubOptions } from "./hub.ts";
export { type Loaded, type LoadOptions, loadProblems } from "./load.ts";
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
