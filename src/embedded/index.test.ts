import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("importing the module and naming a model loads no runtime and no weights", async () => {
  const script = `
    import { registerHooks } from "node:module";
    const seen = [];
    registerHooks({ resolve: (name, context, next) => (seen.push(name), next(name, context)) });
    const { embeddedModel } = await import(${JSON.stringify(new URL("./index.ts", import.meta.url).href)});
    embeddedModel();
    console.log(JSON.stringify(seen));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  const seen = JSON.parse(stdout) as string[];
  expect(seen.some((name) => name.endsWith("language-model.ts"))).toBe(true);
  expect(seen.filter((name) => /jax|onnx|policy|pretrained/.test(name))).toEqual([]);
});
