export type CheckStatus = "ok" | "warn" | "fail" | "skip";

/** What a check of a model found. */
export interface Finding {
  check:
    | "reference"
    | "reachable"
    | "authorised"
    | "model"
    | "answers"
    | "output-limit"
    | "streaming"
    | "usage"
    | "reasoning"
    | "context"
    | "seed"
    | "parallel";
  status: CheckStatus;
  /** What was seen, in a sentence. */
  detail: string;
  /** What to change. */
  advice?: string;
  /** The endpoint it is about, where there are several. */
  endpoint?: string;
}
