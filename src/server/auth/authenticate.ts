import { ApiError } from "../errors/api-error.ts";
import { type ApiKey, findKey } from "./keys-file.ts";

/**
 * Who asks. Without configured keys anyone may, and clients' dummy keys are ignored.
 * @throws ApiError 401
 */
export function authenticate(
  keys: readonly ApiKey[] | undefined,
  authorization: string | undefined,
): ApiKey | undefined {
  if (!keys) return undefined;
  const secret = /^Bearer\s+(\S+)$/i.exec(authorization ?? "")?.[1];
  if (!secret) {
    throw new ApiError(401, {
      message: "You didn't provide an API key; send it as 'Authorization: Bearer KEY'.",
      code: "missing_api_key",
    });
  }
  const key = findKey(keys, secret);
  if (!key) throw new ApiError(401, { message: "Incorrect API key provided.", code: "invalid_api_key" });
  return key;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * A keyless server on loopback is open to every page in the user's browser, by cross-site posts and by DNS
 * names that point to 127.0.0.1. Neither has a loopback Host and Origin. Without any Host it is HTTP/1.0: no browser.
 * Origins that are `allowed` are the owner's own.
 * @throws ApiError 403
 */
export function refuseForeignSites({
  host,
  origin,
  allowed = [],
}: {
  host: string | undefined;
  origin: string | undefined;
  allowed?: readonly string[];
}): void {
  const originHost = origin && URL.canParse(origin) ? new URL(origin).host : origin;
  const known = origin === undefined || allowed.includes(origin) || LOOPBACK.test(originHost ?? "");
  if (known && (host === undefined || LOOPBACK.test(host))) return;
  throw new ApiError(403, {
    message: "This server has no keys and answers local clients only; start it with --api-keys for others.",
    code: "foreign_origin",
  });
}

export const isLoopback = (host: string): boolean => LOOPBACK.test(host) || host === "::1";
