import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { authenticate, refuseForeignSites } from "./auth/authenticate.ts";
import { crossOrigin } from "./auth/cross-origin.ts";
import { chatCompletions } from "./chat/route.ts";
import { ApiError } from "./errors/api-error.ts";
import { toApiError } from "./errors/to-api-error.ts";
import { type Env, headerOf } from "./http/client.ts";
import { modelById, modelList } from "./models/list-models.ts";
import { METRICS_CONTENT_TYPE } from "./observe/metrics-text.ts";
import { causesOf } from "./observe/observer.ts";
import { readiness } from "./readiness.ts";
import { createResponse } from "./responses/route.ts";
import { cancelResponse, deleteResponse, getResponse, listInputItems } from "./responses/stored-routes.ts";
import type { Service } from "./service.ts";

/** All routes of the server. START HERE. */
export function createApp(service: Service): Hono<Env> {
  const app = new Hono<Env>({ strict: false });
  watchRequests(app, service);

  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", (c) => readiness(service, c));
  app.get("/metrics", (c) =>
    c.text(service.observer.metrics.text(), 200, { "content-type": METRICS_CONTENT_TYPE }),
  );
  app.get("/openapi.json", async (c) => c.json((await import("./openapi.ts")).openApi()));

  guard(app, service);
  app.get("/v1/models", (c) => c.json(modelList(service, c.get("key"))));
  app.get("/v1/models/:id{.+}", (c) => c.json(modelById(service, c.get("key"), c.req.param("id"))));
  app.post("/v1/chat/completions", (c) => chatCompletions(c, service));
  app.post("/v1/responses", (c) => createResponse(c, service));
  app.get("/v1/responses/:id", (c) => getResponse(c, service));
  app.delete("/v1/responses/:id", (c) => deleteResponse(c, service));
  app.post("/v1/responses/:id/cancel", (c) => cancelResponse(c, service));
  app.get("/v1/responses/:id/input_items", (c) => listInputItems(c, service));
  refuseOtherMethods(app);
  return app;
}

/** Request ids, metrics, and OpenAI's shape for every error. */
function watchRequests(app: Hono<Env>, { observer }: Service): void {
  app.use(async (c, next) => {
    const startedAt = performance.now();
    c.set("requestId", `req_${randomUUID().replaceAll("-", "")}`);
    await next();
    c.res.headers.set("x-request-id", c.get("requestId"));
    const labels = { route: routeOf(c.req.path), method: c.req.method, status: String(c.res.status) };
    const done = () =>
      observer.metrics.requestSeconds.observe(
        { route: labels.route },
        (performance.now() - startedAt) / 1000,
      );
    observer.metrics.requests.add(labels);
    const { outgoing } = c.env ?? {};
    if (outgoing) outgoing.once("close", done);
    else done();
  });
  app.notFound((c) => {
    const message = `Unknown request URL: ${c.req.method} ${c.req.path.slice(0, 200)}.`;
    return new ApiError(404, { message, code: "unknown_url" }).toResponse();
  });
  app.onError((error, c) => {
    const shown = toApiError(error);
    if (shown.status === 500) {
      observer.log.error({ requestId: c.get("requestId"), error: causesOf(error) }, "request failed");
    }
    return shown.toResponse();
  });
}

/** A path that is right and a method that is not: OpenAI's clients tell it from a wrong address by the 405. */
function refuseOtherMethods(app: Hono<Env>): void {
  const methods = new Map<string, string[]>();
  for (const { path, method } of app.routes) {
    if (method !== "ALL") methods.set(path, [...(methods.get(path) ?? []), method]);
  }
  for (const [path, known] of methods) {
    const allow = (known.includes("GET") ? [...known, "HEAD"] : known).join(", ");
    app.all(path, (c) => {
      const message = `Not allowed to ${c.req.method} on ${c.req.path.slice(0, 200)}; use ${allow}.`;
      const refused = new ApiError(405, { message, code: "method_not_supported" }).toResponse();
      refused.headers.set("allow", allow);
      return refused;
    });
  }
}

/** What is asked by anybody must not become a label. */
const ROUTES = /^\/(healthz|readyz|metrics|openapi\.json|v1\/(chat\/completions|models|responses))(?=\/|$)/;

const routeOf = (path: string) => ROUTES.exec(path)?.[0] ?? "other";

/** Who asks, and whether there is anybody to answer. */
function guard(app: Hono<Env>, service: Service): void {
  const { keys, noAuth, cors } = service.settings;
  if (cors.length > 0) app.use("/v1/*", crossOrigin(cors));
  app.use("/v1/*", async (c, next) => {
    const origin = headerOf(c, "origin");
    if (!keys && !noAuth) refuseForeignSites({ host: headerOf(c, "host"), origin, allowed: cors });
    c.set("key", authenticate(keys, headerOf(c, "authorization")));
    if (service.draining && c.req.method === "POST") {
      throw new ApiError(503, {
        message: "The server is about to stop; ask again in a moment.",
        code: "draining",
        retryAfter: 5,
      });
    }
    await next();
  });
}
