import { EFFORT } from "../../core/effort.ts";
import type { ApiKey } from "../auth/keys-file.ts";
import { mayUse } from "../auth/permissions.ts";
import { ApiError } from "../errors/api-error.ts";
import type { Catalog } from "./catalog.ts";
import { readModelId } from "./model-id.ts";

/** `GET /v1/models`: every model the key may use, plain and at the three levels. */
export function modelList(catalog: Catalog, key: ApiKey | undefined) {
  const ids = catalog
    .all()
    .filter(({ id }) => mayUse(key, id))
    .flatMap(({ id }) => [id, ...Object.keys(EFFORT).map((level) => `${id}:${level}`)]);
  return { object: "list" as const, data: ids.map((id) => modelObject(id, catalog.created)) };
}

/** `GET /v1/models/{id}`. @throws ApiError 404, also for what the key may not know of. */
export function modelById(catalog: Catalog, key: ApiKey | undefined, id: string) {
  const known = new Set(catalog.all().map((model) => model.id));
  const { base } = readModelId(id, (name) => known.has(name));
  if (known.has(base) && mayUse(key, base)) return modelObject(id, catalog.created);
  throw new ApiError(404, {
    message: `The model '${id.slice(0, 200)}' does not exist.`,
    param: "model",
    code: "model_not_found",
  });
}

function modelObject(id: string, created: number) {
  return { id, object: "model" as const, created, owned_by: "pacore" };
}
