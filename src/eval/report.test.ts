import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Toy, toyFolder, toyModel, toyOptions, toyProblems } from "../../test/e2e/eval-toy.ts";
import { DetailCollector } from "./details.ts";
import { evaluate } from "./evaluate.ts";
import { coordinated, single, vote } from "./method.ts";
import { countText, percentText, pointsText, rateText } from "./report-text.ts";
import { runCard } from "./run-card.ts";
import type { EvaluationStore } from "./store.ts";
import { writeReport } from "./write-report.ts";

let toy: Toy;
let store: EvaluationStore;
beforeEach(async () => {
  toy = toyFolder();
  store = await toy.open();
});
afterEach(async () => {
  await store.close();
  toy.remove();
});

const cardOf = (argv: string[], plan: Parameters<typeof runCard>[0]["plan"]) =>
  runCard({
    data: "toy <data> | x",
    model: "toy",
    problems: toyProblems(2),
    rejected: 0,
    skipped: 0,
    settings: {},
    plan,
    version: "1",
    argv,
  });

test("a report says what its trials say, and no text of a problem or a model becomes markup", async () => {
  const nasty = '</pre><script>alert("x")</script>|';
  const model = toyModel(() => ({ reasoning: nasty, text: nasty }));
  const problems = toyProblems(2).map((problem) => ({ ...problem, id: `<i>${problem.id}|`, prompt: nasty }));
  const options = toyOptions(store, { model, methods: [single, vote(2), coordinated([2])] });
  const outcome = await evaluate(problems, options);
  const card = cardOf(["eval"], options);
  await writeReport({ store, problems, plan: options, outcome, card, folder: toy.folder });
  const html = await readFile(join(toy.folder, "report.html"), "utf8");
  expect(html).not.toMatch(/<script|<i>|<data>/);
  expect(html).toContain("&lt;script&gt;alert(&quot;x&quot;)");
  // Every link leads somewhere inside the page.
  const links = [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(links).toHaveLength(2);
  for (const id of links) expect(html).toContain(`id="${id}"`);
  const markdown = await readFile(join(toy.folder, "report.md"), "utf8");
  expect(markdown).toContain("| single | 0.0 ± 0.0 |");
  expect(markdown).toContain("toy <data> \\| x");
});

test("an evaluation cut short is reported as such, with what is missing", async () => {
  const options = toyOptions(store, {
    methods: [coordinated([2])],
    budgetTokens: 12,
    call: { maxOutputTokens: 4 },
  });
  const outcome = await evaluate(toyProblems(2), options);
  await writeReport({
    store,
    problems: toyProblems(2),
    plan: options,
    outcome,
    card: cardOf([], options),
    folder: toy.folder,
  });
  const markdown = await readFile(join(toy.folder, "report.md"), "utf8");
  expect(markdown).toContain("incomplete: its budget was spent");
  expect(markdown).toContain("of 4 units are missing");
});

test("the page's trajectories stop at their limits and long texts lose their middle", async () => {
  const model = toyModel(() => ({ reasoning: "r".repeat(500), text: "answer" }));
  const problems = toyProblems(3);
  await evaluate(problems, toyOptions(store, { model, methods: [single], samples: 3 }));
  const collector = new DetailCollector(store, { problems: 2, repetitions: 1, characters: 100, total: 1e6 });
  for (const { problem, trials } of store.trialsByProblem()) {
    const given = problems[problem - 1];
    if (given) collector.add(given, trials);
  }
  expect(collector.details.map(({ id, trials }) => [id, trials.length])).toEqual([
    ["p0", 1],
    ["p1", 1],
  ]);
  const reasoning = collector.details[0]?.trials[0]?.calls[0]?.reasoning ?? "";
  expect(reasoning).toContain("400 characters left out");
});

test("a run card tells the command and hides what looks like a key", () => {
  const plan = { methods: [single], samples: 1, seed: 0 };
  const { command, problemsHash } = cardOf(
    ["eval", "my data.jsonl", "--model", "http://me:hunter2secret@host/v1"],
    plan,
  );
  expect(command).toContain("pacore eval 'my data.jsonl' --model");
  expect(command).not.toContain("hunter2");
  expect(problemsHash).toBe(cardOf([], plan).problemsHash);
});

test("figures are written with their errors, and what is unknown is a dash", () => {
  expect(percentText({ mean: 0.8412, standardError: 0.0123, problems: 9 })).toBe("84.1 ± 1.2");
  expect(percentText({ mean: Number.NaN, standardError: undefined, problems: 0 })).toBe("–");
  expect(pointsText({ mean: -0.032, standardError: 0.01, problems: 9 })).toBe("−3.2 ± 1.0");
  expect(rateText({ count: 1, cases: 3, rate: 1 / 3 })).toBe("33.3 (1 of 3)");
  expect(rateText({ count: 0, cases: 0, rate: undefined })).toBe("– (no case)");
  expect([countText(9.96), countText(12_345), countText(2_500_000)]).toEqual(["10.0", "12.3k", "2.50M"]);
});
