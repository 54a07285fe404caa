import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { InvalidOptionError } from "../../errors.ts";
import { exampleEvaluation, exampleIteration } from "./example-metrics.ts";
import { openRunLog } from "./run-log.ts";
import { runPage } from "./run-page.ts";
import { readRun } from "./run-record.ts";
import { writeRunPage } from "./write-run-page.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pacore-page-"));
  onTestFinished(() => rm(folder, { recursive: true }));
});

const iterations = (count: number, over = {}) =>
  Array.from({ length: count }, (_, i) =>
    exampleIteration(i + 1, {
      stage: i < count / 2 ? 1 : 2,
      reward: i / Math.max(1, count),
      soloReward: 0.03 + 0.001 * (i % 3),
      entropy: 0.5 - 0.001 * i,
      explainedVariance: i === 0 ? -50 : 0.5 + 0.001 * i,
      seconds: { ...exampleIteration(1).seconds, total: 10 + (i % 2) },
      ...over,
    }),
  );

const page = (run: Partial<Parameters<typeof runPage>[0]>) =>
  runPage({ name: "lab", recipe: {}, sources: {}, iterations: [], evaluations: [], ...run });

const figures = (html: string) =>
  [...html.matchAll(/<figcaption><b>([^<]*)<\/b>/g)].map(([, title]) => title);

test("every metric of a run has a place on its page: a plot, or words where there is nothing to plot", () => {
  const html = page({
    iterations: iterations(60),
    evaluations: [0, 30, 60].map((i) => exampleEvaluation(i)),
  });
  expect(figures(html)).toEqual([
    "Reward",
    "Without references",
    "Entropy",
    "Explained variance",
    "Seconds",
    "Tokens per second",
  ]);
  const words = /<h2>Without a plot<\/h2>\s*<p>(.*)<\/p>/.exec(html)?.[1] ?? "";
  for (const said of [
    "Clip fraction: 0.0% throughout",
    "Cross-checking: not measured",
    "Messages: 20 throughout",
  ])
    expect(words).toContain(said);
});

test("a line that was never measured is left out of its plot", () => {
  const html = page({ iterations: iterations(60) });
  const solo = html.slice(html.indexOf("<b>Without references</b>"), html.indexOf("<b>Entropy</b>"));
  expect(solo).not.toContain("coverage 0");
  expect(solo).toContain('<span class="value">3.1%</span>');
});

test("stage boundaries are marked in every plot, and titles tell the iterations under the pointer", () => {
  const html = page({ iterations: iterations(60), evaluations: [exampleEvaluation(30)] });
  expect(html.match(/>stage 2<\/text>/g)).toHaveLength(figures(html).length + 1);
  expect(html).toContain("<title>iteration 31\nall 50.0%</title>");
  expect(html).toContain("<title>[4], iteration 30: 50.0% ± 2.0%</title>");
});

test("a wild first step of the critic does not hide the others", () => {
  const html = page({ iterations: iterations(60) });
  const critic = html.slice(html.indexOf("<b>Explained variance</b>"), html.indexOf("<b>Seconds</b>"));
  expect(critic).toContain(">−1<");
  expect(critic).not.toContain("−50");
});

test.each([0, 1, 2, 700])(
  "a run of %d iterations is a page without NaN, script or anything from outside",
  (count) => {
    const html = page({ iterations: iterations(count) });
    expect(html).not.toMatch(/NaN|Infinity|undefined|<script|https?:\/\/(?!www\.w3\.org)|@import|url\(/);
    expect(html).toMatch(/^<!doctype html>.*<\/html>\n$/s);
    expect(html.length).toBeLessThan(2_000_000);
  },
);

test("a single iteration is a mark in every plot", () => {
  const html = page({ iterations: iterations(1) });
  expect(html.match(/<circle/g)?.length).toBeGreaterThan(15);
});

test("NaN and infinities are left out of the plots", () => {
  const html = page({
    iterations: [
      ...iterations(3),
      exampleIteration(4, { entropy: Number.NaN, valueLoss: Number.POSITIVE_INFINITY, reward: Number.NaN }),
    ],
  });
  expect(html).not.toMatch(/NaN|Infinity/);
});

test("nothing that a recipe or a method's name holds becomes markup", () => {
  const html = page({
    name: "<script>",
    recipe: { "<b>": "<script>", nested: { a: [1] } },
    sources: { "<b>": "<script>" },
    iterations: iterations(2, { rewardByKind: { "<script>": 0.5, b: 0.25 } }),
    evaluations: [exampleEvaluation(1, { accuracy: { "<script>": { value: 0.5, error: 0.1 } } })],
  });
  expect(html).not.toContain("<script>");
  expect(html).toContain("{&quot;a&quot;:[1]}");
});

test("a page is written from what a run left in its folder, the recipe's sources beside its values", async () => {
  const log = await openRunLog({ folder });
  for (const metrics of iterations(3)) await log.addIteration(metrics);
  for (const value of [0.25, 0.75])
    await log.addEvaluation(exampleEvaluation(3, { accuracy: { single: { value, error: 0.01 } } }));
  await log.close();
  await writeFile(join(folder, "recipe.json"), '{"recipe":{"clip":0.2},"sources":{"clip":"a paper"}}');
  const path = await writeRunPage(folder);
  expect(path).toBe(join(folder, "report.html"));
  const html = await readFile(path, "utf8");
  expect(html).toContain("<td>clip</td><td>0.2</td><td>a paper</td>");
  expect(html).toContain("<td>single</td><td>75.0% ± 1.0%</td>");
});

test("a folder without metrics is refused; one without a recipe, or with a damaged one, is not", async () => {
  const error = await readRun(folder).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InvalidOptionError);
  expect((error as Error).message).toContain("has no metrics.jsonl; name the --out of a training run.");
  await writeFile(join(folder, "metrics.jsonl"), "");
  expect(await readRun(folder)).toMatchObject({ recipe: {}, iterations: [] });
  await writeFile(join(folder, "recipe.json"), "{");
  expect(await readRun(folder)).toMatchObject({ recipe: {}, sources: {} });
});
