import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { AnyLanguageModel } from "../core/any-model.ts";
import { MissingProviderError, ModelReferenceError } from "./errors.ts";

type ModelFactory = (modelId: string) => unknown;

/**
 * The language model `provider:modelId` of an installed AI SDK provider package: `@ai-sdk/<provider>`, or else a
 * package of that very name. Looked for from the user's directory first, then from here.
 */
export async function installedModel(
  provider: string,
  modelId: string,
  cwd = process.cwd(),
): Promise<AnyLanguageModel> {
  const packageName = `@ai-sdk/${provider}`;
  const module = await importFrom(cwd, [packageName, provider]);
  if (!module) throw new MissingProviderError(packageName, provider);
  const factory = findFactory(module, provider);
  if (!factory) throw new ModelReferenceError(`The package for "${provider}:" exports no AI SDK provider.`);
  // Whether it is a model after all is for whoever adapts it to find out.
  return factory(modelId) as AnyLanguageModel;
}

async function importFrom(cwd: string, names: string[]): Promise<Record<string, unknown> | undefined> {
  for (const base of [pathToFileURL(join(cwd, "noop.js")).href, import.meta.url]) {
    const require = createRequire(base);
    for (const name of names) {
      const path = resolvePath(require, name);
      if (path) return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
    }
  }
  return undefined;
}

function resolvePath(require: NodeJS.Require, name: string): string | undefined {
  try {
    const path = require.resolve(name);
    // A bare name may be one of Node's own modules.
    return path.startsWith("/") || /^[a-z]:\\/i.test(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** The default export, the export named like the provider (`openai`, `amazonBedrock`), or the only callable one. */
function findFactory(module: Record<string, unknown>, provider: string): ModelFactory | undefined {
  const camel = provider.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const callable = (value: unknown) => toFactory(value) !== undefined;
  const named = module[camel] ?? module.default;
  if (callable(named)) return toFactory(named);
  const rest = Object.entries(module).filter(
    ([name, value]) => !name.startsWith("create") && isProvider(value),
  );
  return rest.length === 1 ? toFactory(rest[0]?.[1]) : undefined;
}

function toFactory(value: unknown): ModelFactory | undefined {
  if (isProvider(value)) return (modelId) => value.languageModel(modelId);
  return typeof value === "function" ? (value as ModelFactory) : undefined;
}

function isProvider(value: unknown): value is { languageModel: ModelFactory } {
  return (
    value !== null &&
    (typeof value === "object" || typeof value === "function") &&
    "languageModel" in value &&
    typeof value.languageModel === "function"
  );
}
