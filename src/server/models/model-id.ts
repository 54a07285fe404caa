import { EFFORT, type Effort, parseWidths, type Widths } from "../../core/effort.ts";
import { badRequest } from "../errors/api-error.ts";

export interface ModelChoice {
  /** The upstream's own id. */
  base: string;
  /** Undefined: the plain model. */
  widths: Widths | undefined;
}

/**
 * `qwen` → plain, `qwen:high` → [32, 4], `qwen@16,2` → [16, 2]. A known id that itself has a colon or an at-sign
 * (`llama3:8b`) is taken as it is.
 * @throws ApiError 400 on widths that are none.
 */
export function readModelId(id: string, isKnown: (id: string) => boolean): ModelChoice {
  if (isKnown(id)) return { base: id, widths: undefined };
  const at = id.lastIndexOf("@");
  if (at > 0 && isKnown(id.slice(0, at))) {
    return { base: id.slice(0, at), widths: widthsOf(id.slice(at + 1)) };
  }
  const colon = id.lastIndexOf(":");
  const level = id.slice(colon + 1);
  if (colon > 0 && isEffort(level)) return { base: id.slice(0, colon), widths: EFFORT[level] };
  return { base: id, widths: undefined };
}

function widthsOf(text: string): Widths {
  try {
    return parseWidths(text, "model");
  } catch {
    throw badRequest(
      `'${text}' are not widths; write the model as name@32,4 or name:high.`,
      "model",
      "invalid_value",
    );
  }
}

function isEffort(text: string): text is Effort {
  return Object.hasOwn(EFFORT, text);
}

/**
 * OpenAI's levels of `reasoning_effort` as widths: for servers started with `--coordinate`. `none` and `minimal`
 * mean the plain model; what is above `high` is `high`.
 */
export function widthsForEffort(effort: string): Widths {
  if (effort === "none" || effort === "minimal") return [];
  if (isEffort(effort)) return EFFORT[effort];
  return EFFORT.high;
}
