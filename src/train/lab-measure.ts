import type { Problem } from "../data/problem.ts";
import { LABELS, parseConclusion, parseWorklist, WORKED_PARTS } from "../embedded/worklist.ts";
import type { DomainMeasure } from "./environment.ts";
import type { Instance } from "./instance.ts";

/** How many references agree on each part's most frequent digit, and which digits those are. */
function agreementOf(messages: readonly string[]) {
  const counts = new Map<string, Map<number, number>>();
  for (const message of messages) {
    for (const [label, digit] of parseConclusion(message)) {
      const digits = counts.get(label) ?? new Map<number, number>();
      digits.set(digit, (digits.get(digit) ?? 0) + 1);
      counts.set(label, digits);
    }
  }
  const most = (digits: Map<number, number>) => Math.max(...digits.values());
  return new Map(
    [...counts].map(([label, digits]) => {
      const top = most(digits);
      return [label, { top, digits: [...digits].filter(([, n]) => n === top).map(([digit]) => digit) }];
    }),
  );
}

/** Labels of the parts a response worked in its reasoning. */
const workedParts = (text: string) =>
  new Set([...text.matchAll(/\n([A-H]):/g)].map((match) => match[1] as string));

/**
 * Whether a response spent its work on what its references dispute: the probability that a part it worked had less
 * agreement than one it did not; ties ½, so 0.5 is no preference. `undefined` if it worked all of them, or none.
 */
export function disputedFirst(messages: readonly string[], worked: ReadonlySet<string>): number | undefined {
  const agreement = agreementOf(messages);
  const left = [...agreement].filter(([label]) => !worked.has(label));
  const done = [...agreement].filter(([label]) => worked.has(label));
  if (left.length === 0 || done.length === 0) return undefined;
  let disputed = 0;
  for (const [, u] of left)
    for (const [, w] of done) disputed += u.top > w.top ? 1 : u.top === w.top ? 0.5 : 0;
  return disputed / (left.length * done.length);
}

/**
 * Work lists show what a response did with its references: of the parts it had no budget to work, whether it took the
 * references' most frequent digit (chance: one in ten); and whether it spent its work on what they dispute.
 */
export function measureWorklist({ messages, entry }: Instance, text: string): DomainMeasure {
  if (messages.length === 0 || typeof entry.problem.prompt !== "string") return {};
  const size = parseWorklist(entry.problem.prompt)?.length ?? 0;
  const worked = workedParts(text);
  if (worked.size >= size || worked.size > WORKED_PARTS) return {};
  const texts = messages.map(({ text }) => text);
  const crossChecking = disputedFirst(texts, worked);
  const digits = parseConclusion(text.slice(text.lastIndexOf("</think>")));
  // Cut off before its conclusion, it does not say what it would have taken.
  if (crossChecking === undefined || digits.size === 0) return {};
  const left = [...agreementOf(texts)].filter(([label]) => !worked.has(label));
  const taken = left.filter(([label, { digits: best }]) => best.includes(digits.get(label) ?? -1)).length;
  return { solipsism: 1 - taken / left.length, crossChecking };
}

/**
 * Share of a work list's parts that at least one of several samples has worked. What no one works, no synthesis can
 * know: a policy whose samples all work the same parts looks unchanged one by one, and has lost its first round.
 */
export function partsCovered({ prompt }: Problem, texts: readonly string[]): number {
  const size = typeof prompt === "string" ? (parseWorklist(prompt)?.length ?? 0) : 0;
  const labels = [...LABELS.slice(0, size)];
  const worked = texts.map(workedParts);
  return labels.filter((label) => worked.some((parts) => parts.has(label))).length / labels.length;
}
