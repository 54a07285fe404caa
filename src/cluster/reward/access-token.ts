import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { InvalidOptionError } from "../../errors.ts";

/** A new token: engines know no authentication, but a URL. */
export const createToken = (): string => randomBytes(24).toString("base64url");

/** @throws {InvalidOptionError} */
export function checkToken(token: string): string {
  if (/^[\w-]{16,200}$/.test(token)) return token;
  throw new InvalidOptionError(
    "token",
    "it must have 16 to 200 letters, digits, - or _; leave it out and one is made.",
  );
}

/**
 * Takes the token off a path: `/TOKEN/reward` is `/reward`. Compared in constant time.
 * @returns undefined without the right token.
 */
export function pathWithin(path: string, token: string | undefined): string | undefined {
  if (token === undefined) return path;
  const end = path.indexOf("/", 1);
  if (end < 0) return undefined;
  return timingSafeEqual(digest(path.slice(1, end)), digest(token)) ? path.slice(end) : undefined;
}

const digest = (text: string) => createHash("sha256").update(text).digest();
