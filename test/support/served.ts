import OpenAI from "openai";
import type { ServerOptions } from "../../src/server/index.ts";
import { type RunningServer, startServer } from "../../src/server/index.ts";
import {
  startUpstream,
  type Upstream,
  type UpstreamOptions,
  type UpstreamScript,
} from "../../src/testing/upstream.ts";

export interface Served extends AsyncDisposable {
  server: RunningServer;
  upstream: Upstream;
  client: OpenAI;
  /** A request by hand. */
  post(path: string, body: unknown, init?: RequestInit): Promise<Response>;
}

/** A server on loopback in front of a scripted upstream, and a real client. */
export async function served(
  script: UpstreamOptions | UpstreamScript = {},
  options: ServerOptions = {},
  clientKey = "unused",
): Promise<Served> {
  const upstream = await startUpstream(script);
  const server = await startServer({
    upstreams: [`${upstream.url}#model`],
    port: 0,
    log: "silent",
    ...options,
  });
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: clientKey, maxRetries: 0 });
  return {
    server,
    upstream,
    client,
    post: (path, body, init = {}) =>
      fetch(server.url + path, {
        method: "POST",
        ...init,
        headers: { "content-type": "application/json", ...init.headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    async [Symbol.asyncDispose]() {
      await server.close();
      await upstream.close();
    },
  };
}
