import { InputError } from "./input-error.ts";
import type { ModelFlags } from "./model-flags.ts";

/** What a run uses unless it is told otherwise. */
export const DEFAULT_MODEL = "embedded";

/**
 * One reference from `--model` and `--base-url`: `http://host/v1#model`. `PACORE_MODEL` stands in where neither
 * is given.
 * @throws {InputError} where the two do not go together, or a URL holds a secret.
 */
export function modelReference(
  { model, baseUrl }: Pick<ModelFlags, "model" | "baseUrl">,
  env: NodeJS.ProcessEnv = process.env,
): string {
  if (baseUrl === undefined) return withoutSecrets(model ?? (env.PACORE_MODEL || DEFAULT_MODEL), "--model");
  if (baseUrl.includes("#"))
    throw new InputError("--base-url: give the model's id with --model, not in the URL.");
  if (model !== undefined && (model === DEFAULT_MODEL || /^https?:\/\//i.test(model))) {
    throw new InputError(`--model: beside --base-url, give the id of a model it serves, not "${model}".`);
  }
  const urls = baseUrl.split(",").map((url) => withScheme(url.trim()));
  const reference = model === undefined ? urls.join(",") : `${urls.join(",")}#${model}`;
  return withoutSecrets(reference, "--base-url");
}

/** What stands under --base-url is a URL, whatever it looks like. */
function withScheme(url: string): string {
  const absolute = /^[a-z]+:\/\//i.test(url) ? url : `http://${url}`;
  if (url !== "" && /^https?:\/\//i.test(absolute) && URL.canParse(absolute)) return absolute;
  throw new InputError("--base-url: it is not an http(s) URL, such as http://localhost:8000/v1.");
}

const SECRET_PARAMETER = /key|token|secret|password|signature|^sig$/i;

/** A reference is printed and kept in the journal: it may hold no secret. */
export function withoutSecrets(reference: string, option: string): string {
  if (reference.trim() === "")
    throw new InputError(`${option}: it is empty; name a model, such as embedded.`);
  for (const part of reference.split("#", 1).join("").split(",")) {
    const url = URL.parse(part.trim());
    const names = [...(url?.searchParams.keys() ?? [])];
    if (url?.username || url?.password || names.some((name) => SECRET_PARAMETER.test(name))) {
      throw new InputError(`${option}: leave keys and passwords out of the URL; set PACORE_API_KEY instead.`);
    }
  }
  return reference;
}
