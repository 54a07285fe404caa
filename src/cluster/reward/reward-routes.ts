import type { IncomingMessage, ServerResponse } from "node:http";
import { ApiError } from "../../server/errors/api-error.ts";
import { METRICS_CONTENT_TYPE } from "../../server/observe/metrics-text.ts";
import { pathWithin } from "./access-token.ts";
import { type BodyReader, ClientLeftError } from "./read-body.ts";
import { objectOf } from "./reward-post.ts";
import type { RewardService } from "./reward-service.ts";
import type { SynthesisEpisodes } from "./synthesis-episodes.ts";

export interface RewardRoutes {
  service: RewardService;
  /** Present: reset and step are answered. */
  episodes: SynthesisEpisodes | undefined;
  bodies: BodyReader;
  /** Present: everything but /healthz is under it. */
  token: string | undefined;
  onError: (error: unknown) => void;
}

interface Answer {
  status: number;
  type: string;
  text: string;
  headers?: Record<string, string>;
}

type Handler = (body: Buffer) => Promise<string>;

/** What the server answers. Node's own HTTP: engines open a connection a post, and routing two paths needs no library. */
export function rewardListener(routes: RewardRoutes) {
  const posts = handlersOf(routes);
  const { service } = routes;
  return async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const startedAt = performance.now();
    const path = (incoming.url ?? "/").split("?")[0] as string;
    const inner = pathWithin(path, routes.token);
    const route = inner !== undefined && posts.has(inner) ? inner : "other";
    if (incoming.method === "POST") outgoing.once("close", service.begin());
    const answer = await answerTo(incoming, { path, inner, routes, posts }).catch((error: unknown) =>
      failure(error, routes.onError),
    );
    service.metrics.posts.add({ route, status: String(answer?.status ?? 499) });
    if (route !== "other")
      service.metrics.postSeconds.observe({ route }, (performance.now() - startedAt) / 1000);
    if (!answer || outgoing.destroyed) return;
    // What was not read of a refused body would be taken for the next request.
    const unread = answer.status >= 400 && !incoming.complete;
    outgoing.writeHead(answer.status, {
      "content-type": answer.type,
      "content-length": Buffer.byteLength(answer.text),
      ...answer.headers,
      ...(unread && { connection: "close" }),
    });
    outgoing.end(answer.text);
  };
}

function handlersOf({ service, episodes }: RewardRoutes): Map<string, Handler> {
  const handlers = new Map<string, Handler>([["/reward", (body) => service.answer(body)]]);
  if (episodes) {
    handlers.set("/reset", async (body) => episodes.reset(body.length === 0 ? {} : objectOf(body)));
    handlers.set("/step", (body) => episodes.step(objectOf(body)));
  }
  return handlers;
}

interface Asked {
  path: string;
  /** Without the token; undefined where it is wrong. */
  inner: string | undefined;
  routes: RewardRoutes;
  posts: Map<string, Handler>;
}

async function answerTo(incoming: IncomingMessage, { path, inner, routes, posts }: Asked): Promise<Answer> {
  const { method, headers } = incoming;
  const reading = method === "GET" || method === "HEAD";
  if (reading && path === "/healthz") return json('{"status":"ok"}');
  if (reading && inner === "/metrics")
    return { status: 200, type: METRICS_CONTENT_TYPE, text: routes.service.metrics.text() };
  const handler = inner === undefined ? undefined : posts.get(inner);
  // The path is not repeated: it may hold a token that is nearly right.
  if (!handler) throw new ApiError(404, { message: "There is nothing at this URL.", code: "unknown_url" });
  if (method !== "POST")
    return refusal(new ApiError(405, { message: "Use POST.", code: "method_not_supported" }), {
      allow: "POST",
    });
  // A page in the user's browser could reach a loopback address; no engine is a web page.
  if (headers.origin !== undefined)
    throw new ApiError(403, { message: "Web pages are not answered here.", code: "foreign_origin" });
  return json(await routes.bodies.read(incoming, handler));
}

const json = (text: string): Answer => ({ status: 200, type: "application/json", text });

const refusal = (error: ApiError, headers?: Record<string, string>): Answer => ({
  status: error.status,
  type: "application/json",
  text: JSON.stringify(error.toBody()),
  headers: { ...error.toHeaders(), ...headers },
});

/** undefined where nobody is left to be told. */
function failure(error: unknown, onError: (error: unknown) => void): Answer | undefined {
  if (error instanceof ClientLeftError) return undefined;
  if (error instanceof ApiError) return refusal(error);
  onError(error);
  return refusal(
    new ApiError(500, { message: "The server failed; its log says why.", code: "internal_error" }),
  );
}
