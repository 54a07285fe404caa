import type { RequestContext } from "./http/client.ts";
import type { Service } from "./service.ts";

/** `GET /readyz`: 200 while requests are taken and some endpoint of every model lets calls through. */
export function readiness({ catalog, draining }: Service, c: RequestContext): Response {
  const models = catalog.all().map(({ id, endpoint }) => {
    const stats = endpoint?.endpointStats();
    return { id, ready: stats === undefined || stats.some(({ state }) => state !== "open") };
  });
  const ready = !draining && models.every((model) => model.ready);
  const status = draining ? "draining" : ready ? "ready" : "upstream unavailable";
  return c.json({ status, models }, ready ? 200 : 503);
}
