import { createHash } from "node:crypto";
import type { Problem } from "../../data/problem.ts";

/** The same id must mean the same problem: what is asked and how answers are checked, not what is known besides. */
export function digestOf({ prompt, answer, kind, options }: Problem): string {
  const asked = typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt;
  return createHash("sha256")
    .update(JSON.stringify([asked, answer ?? null, kind, options ?? null]))
    .digest("base64");
}
