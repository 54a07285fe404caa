import { ModelReferenceError } from "./errors.ts";

/** What a model reference names. */
export type ParsedReference =
  | { kind: "embedded"; directory?: string }
  | { kind: "endpoints"; urls: URL[]; modelId: string | undefined }
  | { kind: "provider"; provider: string; modelId: string };

export const REFERENCE_HELP =
  'Give "embedded", "embedded:DIRECTORY", an OpenAI-compatible base URL such as "http://localhost:8000/v1#model", or "provider:model".';

/** Addresses without a scheme: `localhost/v1`, `10.0.0.7:8000`, `[::1]:8000`, `gpu:8000`, `api.example.com/v1`. */
const BARE_ADDRESS =
  /^((localhost|\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])(:\d+)?([/#?,]|$)|[\w.-]+:\d+([/#?,]|$)|[\w-]+(\.[\w-]+)+\/)/i;
const DIRECTORY = /^embedded:(.+)$/s;
const PROVIDER = /^([a-z][a-z0-9-]*):(.+)$/s;

/**
 * Read a model reference.
 * @throws ModelReferenceError, without repeating credentials.
 */
export function parseReference(reference: string): ParsedReference {
  const text = reference.trim();
  if (text === "embedded") return { kind: "embedded" };
  const directory = DIRECTORY.exec(text)?.[1];
  if (directory !== undefined) return { kind: "embedded", directory };
  if (/^https?:\/\//i.test(text) || BARE_ADDRESS.test(text)) return parseEndpoints(text);
  const [, provider, modelId] = text.includes("://") ? [] : (PROVIDER.exec(text) ?? []);
  if (provider && modelId) return { kind: "provider", provider, modelId };
  throw new ModelReferenceError(
    `"${withoutCredentials(text).slice(0, 80)}" names no model. ${REFERENCE_HELP}`,
  );
}

function parseEndpoints(text: string): ParsedReference {
  const hash = text.indexOf("#");
  const modelId = hash < 0 ? undefined : text.slice(hash + 1).trim() || undefined;
  const list = (hash < 0 ? text : text.slice(0, hash)).split(",").map((part) => part.trim());
  const urls = list.filter((part) => part !== "").map(parseBaseUrl);
  if (urls.length === 0) throw new ModelReferenceError(`A model reference without a URL. ${REFERENCE_HELP}`);
  return { kind: "endpoints", urls, modelId };
}

/** A base URL as users write it: without a scheme, with a trailing slash, or copied whole from a curl command. */
function parseBaseUrl(text: string): URL {
  const absolute = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.parse(absolute);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new ModelReferenceError(`"${withoutCredentials(text)}" is not a URL. ${REFERENCE_HELP}`);
  }
  url.pathname = url.pathname
    .replace(/\/+$/, "")
    .replace(/\/(chat\/completions|completions|models|responses)$/, "");
  // Servers that speak this API have it under /v1 nearly without exception.
  if (url.pathname === "/") url.pathname = "/v1";
  return url;
}

/** For messages and labels: no user, no password, no query. */
export function withoutCredentials(text: string): string {
  return text.replace(/^([a-z]+:\/\/)?[^/@]*@/i, "$1").replace(/[?#].*$/s, "");
}

/** Does a reference name a model that runs in this process? */
export function isEmbedded(reference: string): boolean {
  return /^\s*embedded(:|\s*$)/.test(reference);
}
