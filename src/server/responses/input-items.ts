import { badRequest } from "../errors/api-error.ts";
import type { ContentPart, InputItem } from "./schema.ts";
import type { StoredResponse } from "./store.ts";

export interface PageQuery {
  order?: string | undefined;
  limit?: string | undefined;
  after?: string | undefined;
}

const MOST = 100;
const DEFAULT = 20;

/** A page of what a response was asked, newest first unless `order` is `asc`. @throws ApiError 400 */
export function inputItemsPage({ id, input }: StoredResponse, { order, limit, after }: PageQuery) {
  const size = limit === undefined ? DEFAULT : Number(limit);
  if (!Number.isInteger(size) || size < 1 || size > MOST)
    throw badRequest(`'limit' is a number from 1 to ${MOST}.`, "limit", "invalid_value");
  if (order !== undefined && order !== "asc" && order !== "desc")
    throw badRequest("'order' is asc or desc.", "order", "invalid_value");
  const all = input.map((item, i) => ({ ...inputItem(item), id: `${id}_input_${i}` }));
  if (order !== "asc") all.reverse();
  const from = after === undefined ? 0 : all.findIndex((item) => item.id === after) + 1;
  if (after !== undefined && from === 0)
    throw badRequest("'after' is no item of this response.", "after", "invalid_value");
  const data = all.slice(from, from + size);
  return {
    object: "list",
    data,
    // OpenAI's schema has no null here.
    first_id: data[0]?.id ?? "",
    last_id: data.at(-1)?.id ?? "",
    has_more: from + size < all.length,
  };
}

/** With the fields that OpenAI's schema has in answers and not in requests. */
function inputItem(item: InputItem) {
  if (!("role" in item))
    return { ...(item.type === "reasoning" && { summary: [] }), status: "completed", ...item };
  const type = item.role === "assistant" ? ("output_text" as const) : ("input_text" as const);
  const parts = typeof item.content === "string" ? [{ type, text: item.content }] : item.content;
  return { status: "completed", ...item, type: "message", content: parts.map(contentPart) };
}

function contentPart(part: ContentPart) {
  if (part.type === "output_text") return { annotations: [], logprobs: [], ...part };
  return part.type === "input_image" ? { ...part, detail: part.detail ?? "auto" } : part;
}
