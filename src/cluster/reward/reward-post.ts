import { badRequest } from "../../server/errors/api-error.ts";
import type { RewardSample } from "./scorer.ts";

/**
 * The samples of a post: `{query: [...], prompts: [...], labels: [...]}`, and `truncated: [...]` from engines that know.
 * Without prompts the queries are the responses alone. A label that is no text is taken for its JSON.
 * @throws {ApiError} 400 for a body that is none of that: no engine sends one.
 */
export function readPost(body: Buffer): RewardSample[] {
  const { query, prompts, labels, truncated } = objectOf(body);
  if (!isTexts(query)) throw badRequest("'query' must be a list of texts.", "query");
  const count = query.length;
  if (!Array.isArray(labels) || labels.length !== count)
    throw badRequest("'labels' must be a list as long as 'query'.", "labels");
  if (prompts !== undefined && !(isTexts(prompts) && prompts.length === count))
    throw badRequest("'prompts' must be a list of texts as long as 'query'.", "prompts");
  if (truncated !== undefined && !(isFlags(truncated) && truncated.length === count))
    throw badRequest("'truncated' must be a list of true, false or null as long as 'query'.", "truncated");
  return query.map((text, index) => ({
    query: text,
    prompt: prompts?.[index] ?? "",
    label: textOf(labels[index]),
    truncated: truncated?.[index] ?? undefined,
  }));
}

/** @throws {ApiError} 400 */
export function objectOf(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw badRequest("The body is no JSON.", undefined, "invalid_json");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw badRequest("The body must be a JSON object.", undefined, "invalid_json");
  return value as Record<string, unknown>;
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === "string");

const isFlags = (value: unknown): value is (boolean | null)[] =>
  Array.isArray(value) && value.every((one) => one === null || typeof one === "boolean");

const textOf = (label: unknown): string =>
  typeof label === "string" ? label : JSON.stringify(label ?? null);
