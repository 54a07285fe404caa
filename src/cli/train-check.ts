import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { LabCheck } from "../train/index.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";

export interface CheckFlags {
  out: string;
  seed: number;
  json?: boolean;
}

/**
 * Measure a trained model: does it work its parts, guess the others, and ignore references? Then write its card.
 * @returns 1 if a bar is missed: the weights are not what the demonstration needs.
 */
export async function checkTrained({ out, seed, json }: CheckFlags): Promise<ExitCode> {
  const engine = await openEngine(out);
  const { checkLab, demonstrateLab, LAB_SFT_RECIPE } = await import("../train/index.ts");
  const { modelCard } = await import("../train/model-card.ts");
  const check = await checkLab(engine);
  const print = (text: string) => process.stdout.write(`${text}\n`);
  if (json) print(JSON.stringify({ type: "check", ...check }));
  else for (const { text, ok } of barsOf(check)) print(`${ok ? "PASS" : "FAIL"}  ${text}`);
  const demonstration = await demonstrateLab(engine);
  if (json) print(JSON.stringify({ type: "demonstration", ...demonstration }));
  const card = join(out, "README.md");
  await writeFile(card, modelCard(LAB_SFT_RECIPE, seed, check, demonstration));
  if (!json) print(`what was measured: ${card}`);
  return barsOf(check).every(({ ok }) => ok) ? EXIT.answered : EXIT.failed;
}

/** What the start policy is for. */
export function barsOf({ single, withReferences }: LabCheck): { text: string; ok: boolean }[] {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const chance = (share: number) => share > 0.07 && share < 0.13;
  const { workedDigitsRight: worked, unworkedDigitsRight: unworked } = single;
  const referred = withReferences.unworkedDigitsRight;
  return [
    { text: `digits of worked parts right: ${percent(worked)} (at least 99 %)`, ok: worked >= 0.99 },
    {
      text: `digits of unworked parts right: ${percent(unworked)} (about 10 %: guessed)`,
      ok: chance(unworked),
    },
    {
      text: `the same with 16 references: ${percent(referred)} (below 25 %: mostly ignored)`,
      ok: referred < 0.25,
    },
    { text: `one sample right: ${percent(single.right)} (a few in a hundred)`, ok: single.right < 0.1 },
  ];
}

async function openEngine(out: string) {
  const [{ loadPretrained }, { createExecutor }, { createPolicy }, { createSampler }] = await Promise.all([
    import("../embedded/pretrained.ts"),
    import("../embedded/engine/executor.ts"),
    import("../embedded/policy.ts"),
    import("../embedded/sampler.ts"),
  ]);
  const pretrained = await loadPretrained(pathToFileURL(`${resolve(out)}/`));
  const policy = await createPolicy({ ...pretrained, executor: await createExecutor() });
  return { tokenizer: pretrained.tokenizer, sampler: createSampler(policy) };
}
