import { EFFORT, type Widths } from "../../core/effort.ts";
import type { ApiKey } from "../auth/keys-file.ts";
import { checkWidths, mayUse, type WidthLimits } from "../auth/permissions.ts";
import { ApiError } from "../errors/api-error.ts";
import type { Service } from "../service.ts";
import { readModelId } from "./model-id.ts";

/** `GET /v1/models`: every model the key may use, plain and at those of the three levels that it may use. */
export function modelList({ catalog, settings }: Service, key: ApiKey | undefined) {
  const levels = Object.entries(EFFORT).filter(([, widths]) => fits(key, widths, settings));
  const ids = catalog
    .all()
    .filter(({ id }) => mayUse(key, id))
    .flatMap(({ id }) => [id, ...levels.map(([level]) => `${id}:${level}`)]);
  return { object: "list" as const, data: ids.map((id) => modelObject(id, catalog.created)) };
}

/** `GET /v1/models/{id}`. @throws ApiError 404, also for what the key may not know of. */
export function modelById({ catalog, settings }: Service, key: ApiKey | undefined, id: string) {
  const known = new Set(catalog.all().map((model) => model.id));
  const { base, widths = [] } = readModelId(id, (name) => known.has(name));
  if (known.has(base) && mayUse(key, base) && fits(key, widths, settings))
    return modelObject(id, catalog.created);
  throw new ApiError(404, {
    message: `The model '${id.slice(0, 200)}' does not exist.`,
    param: "model",
    code: "model_not_found",
  });
}

function fits(key: ApiKey | undefined, widths: Widths, limits: WidthLimits): boolean {
  try {
    checkWidths(key, widths, limits);
    return true;
  } catch {
    return false;
  }
}

function modelObject(id: string, created: number) {
  return { id, object: "model" as const, created, owned_by: "pacore" };
}
