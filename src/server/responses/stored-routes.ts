import { ApiError, badRequest } from "../errors/api-error.ts";
import type { RequestContext } from "../http/client.ts";
import type { Service } from "../service.ts";
import { inputItemsPage } from "./input-items.ts";
import { retrieve } from "./retrieve.ts";
import type { StoredResponse } from "./store.ts";

/** A response of this key; another key's does not exist for it. @throws ApiError 404 */
function find(c: RequestContext, { responses }: Service): StoredResponse {
  const id = c.req.param("id") ?? "";
  const stored = responses.store.get(id);
  if (stored && stored.keyId === (c.get("key")?.id ?? "")) return stored;
  throw new ApiError(404, {
    message: `Response with id '${id.slice(0, 100)}' not found.`,
    param: "response_id",
    code: "response_not_found",
  });
}

/** `GET /v1/responses/{id}`, and its events with `?stream=true&starting_after=N`. */
export function getResponse(c: RequestContext, service: Service): Response {
  return retrieve(c, service, find(c, service), { stream: c.req.query("stream") === "true" });
}

/** `POST /v1/responses/{id}/cancel` */
export async function cancelResponse(c: RequestContext, service: Service): Promise<Response> {
  const stored = find(c, service);
  if (!stored.background) {
    throw badRequest(
      "Only responses that were made with background: true can be cancelled.",
      "background",
      "invalid_value",
    );
  }
  await service.responses.cancel(stored.id);
  return c.json(find(c, service).response);
}

/** `DELETE /v1/responses/{id}` */
export async function deleteResponse(c: RequestContext, service: Service): Promise<Response> {
  const { id } = find(c, service);
  await service.responses.delete(id);
  return c.json({ id, object: "response", deleted: true });
}

/** `GET /v1/responses/{id}/input_items` */
export function listInputItems(c: RequestContext, service: Service): Response {
  const { order, limit, after } = c.req.query();
  return c.json(inputItemsPage(find(c, service), { order, limit, after }));
}
