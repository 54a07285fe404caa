import type { z } from "zod";
import { type ApiError, badRequest } from "./api-error.ts";

type Issue = z.core.$ZodIssue;

/** The first thing wrong with a body, named the way OpenAI does: `messages[2].content`. */
export function fieldError(error: z.ZodError): ApiError {
  const issue = deepest(error.issues[0] as Issue);
  if (issue.code === "unrecognized_keys") {
    const param = fieldName([...issue.path, issue.keys[0] ?? ""]);
    return badRequest(
      `Unrecognized or unsupported request argument: '${param}'.`,
      param,
      "unknown_parameter",
    );
  }
  const param = fieldName(issue.path);
  if (issue.code === "invalid_type" && issue.input === undefined && issue.message.includes("undefined")) {
    return badRequest(`Missing required parameter: '${param}'.`, param, "missing_required_parameter");
  }
  return badRequest(
    `Invalid value for '${param || "body"}': ${issue.message}.`,
    param || undefined,
    "invalid_value",
  );
}

/** Of the branches of a union, the one that got furthest is the one that was meant. */
function deepest(issue: Issue): Issue {
  if (issue.code !== "invalid_union") return issue;
  const inner = issue.errors
    .flatMap((branch) => branch.slice(0, 1))
    .map((one) => ({ ...deepest(one), path: [...issue.path, ...deepest(one).path] }));
  const furthest = inner.reduce<Issue | undefined>(
    (best, one) => (best && best.path.length >= one.path.length ? best : (one as Issue)),
    undefined,
  );
  return furthest && furthest.path.length > issue.path.length ? furthest : issue;
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, key) =>
      typeof key === "number" ? `${name}[${key}]` : name ? `${name}.${String(key)}` : String(key),
    "",
  );
}
