import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { LanguageModelV3 } from "@ai-sdk/provider";
import { MockLanguageModelV3, MockLanguageModelV4 } from "ai/test";
import { expect, test } from "vitest";
import { tinyDirectory } from "../../test/support/tiny-directory.ts";
import { embeddedModel } from "../embedded/language-model.ts";
import { startUpstream } from "../testing/upstream.ts";
import type { EndpointModel } from "./endpoint-model.ts";
import { MissingProviderError, ModelReferenceError } from "./errors.ts";
import { describeModel, resolveModel } from "./resolve.ts";

test("a model of this interface is itself, one of an older interface is adapted", async () => {
  const model = new MockLanguageModelV4();
  expect(await resolveModel(model)).toBe(model);
  const old: LanguageModelV3 = new MockLanguageModelV3({ modelId: "old" });
  expect(await resolveModel(old)).toMatchObject({ specificationVersion: "v4", modelId: "old" });
});

test("a URL without a model means the only one that it serves", async () => {
  await using upstream = await startUpstream({ models: { "org/only": { content: "42" } } });
  await using model = (await resolveModel(upstream.url, { env: {} })) as EndpointModel;
  expect(model.modelId).toBe("org/only");
  expect(describeModel(model)).toBe(`${upstream.url}#org/only`);
});

test("a URL that serves several models wants one of them, and lists them", async () => {
  await using upstream = await startUpstream({ models: { a: {}, b: {} } });
  const error: unknown = await resolveModel(upstream.url, { env: {} }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ModelReferenceError);
  expect((error as Error).message).toMatch(/2 models \(a, b\).*#model/);
});

test("a key that the list of models needs is sent for it, and its lack is explained", async () => {
  await using upstream = await startUpstream({ models: { a: {} }, apiKey: "sk-the-key" });
  await using model = (await resolveModel(upstream.url, {
    env: { PACORE_API_KEY: "sk-the-key" },
  })) as EndpointModel;
  expect(model.modelId).toBe("a");
  await expect(resolveModel(upstream.url, { env: {} })).rejects.toThrow(/PACORE_API_KEY/);
});

test("a key that cannot be a header is refused without being shown", async () => {
  const error = await resolveModel("http://localhost:1/v1#m", { apiKey: "sk-a\nb" }).catch(
    (reason: Error) => reason,
  );
  expect(error).toBeInstanceOf(ModelReferenceError);
  expect((error as Error).message).not.toContain("sk-a");
});

async function install(name: string, source: string): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), "pacore-provider-"));
  const folder = join(cwd, "node_modules", name);
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ name, type: "module", exports: "./index.js" }),
  );
  await writeFile(join(folder, "index.js"), source);
  return cwd;
}

const MODEL =
  '(id) => ({ specificationVersion: "v4", provider: "p", modelId: id, doGenerate() {}, doStream() {} })';

test.each([
  [
    "named like the provider",
    "@ai-sdk/acme-cloud",
    `export const createAcme = () => {}; export const acmeCloud = ${MODEL};`,
  ],
  ["the default", "@ai-sdk/acme-cloud", `export default ${MODEL};`],
  ["an object with languageModel", "@ai-sdk/acme-cloud", `export const other = { languageModel: ${MODEL} };`],
  ["of a package of the provider's own name", "acme-cloud", `export default ${MODEL};`],
])("provider:model takes the export %s", async (_, name, source) => {
  const cwd = await install(name, source);
  expect(await resolveModel("acme-cloud:big:1", { cwd })).toMatchObject({ modelId: "big:1" });
});

test("a directory's model is described by its absolute path, and answers to the reference it was given", async () => {
  const directory = await tinyDirectory();
  const model = await resolveModel(`embedded:${relative("", directory)}/`);
  expect(model.modelId).toBe(`embedded:${relative("", directory)}/`);
  expect(describeModel(model)).toBe(`embedded:${directory}`);
  expect(describeModel(embeddedModel({ directory: pathToFileURL(directory) }))).toBe(`embedded:${directory}`);
  expect(describeModel(await resolveModel("embedded"))).toBe("embedded");
});

test("a directory that holds no model is no reference", async () => {
  await expect(resolveModel("embedded:/no/such")).rejects.toThrow(ModelReferenceError);
  await expect(resolveModel("embedded:/no/such")).rejects.toThrow("/no/such: there is no config.json");
});

test("a provider that is not installed is an error that says what to install", async () => {
  const error: unknown = await resolveModel("nosuch:model").catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(MissingProviderError);
  expect((error as Error).message).toContain("npm install @ai-sdk/nosuch");
});

test("a module of Node's own is no provider", async () => {
  await expect(resolveModel("fs:model")).rejects.toThrow(MissingProviderError);
});
