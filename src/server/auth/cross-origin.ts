import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { InvalidOptionError } from "../../errors.ts";
import type { Env, RequestContext } from "../http/client.ts";

/** What scripts of a page may read of an answer besides its body. */
const EXPOSED = ["x-request-id", "x-pacore-run-id", "x-should-retry", "retry-after"];
/** How long a browser may go by a preflight's answer. */
const PREFLIGHT_SECONDS = 600;
/** As browsers write it: no path, no capitals. Apps have schemes of their own. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#A-Z]+$/;

/** Lets web pages of these origins ask, and read the answers; `*`: of any. Their preflights need no key. */
export function crossOrigin(origins: readonly string[]): MiddlewareHandler<Env> {
  return cors({
    origin: origins.includes("*") ? "*" : [...origins],
    allowMethods: ["GET", "HEAD", "POST", "DELETE"],
    exposeHeaders: EXPOSED,
    maxAge: PREFLIGHT_SECONDS,
  });
}

/** The same for an answer that goes to the socket past hono. Only to be asked for where origins are allowed. */
export function crossOriginHeaders(c: RequestContext): Record<string, string> {
  return { ...Object.fromEntries(c.res.headers), vary: "Origin" };
}

/** @throws {InvalidOptionError} for what is no origin, or for all of them where anybody's page could spend. */
export function checkOrigins(origins: readonly string[], { guarded }: { guarded: boolean }): void {
  for (const origin of origins) {
    if (origin === "*" && guarded) continue;
    if (origin === "*") {
      throw new InvalidOptionError(
        "--cors",
        "* would let every web page spend your tokens; name the origins, or give --api-keys FILE.",
      );
    }
    if (!ORIGIN.test(origin)) {
      throw new InvalidOptionError("--cors", `"${origin}" is no origin; write it as http://localhost:3000.`);
    }
  }
}
