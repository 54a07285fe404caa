import type { Compaction } from "../core/compact.ts";
import type { Widths } from "../core/effort.ts";
import { compileTemplate, type SynthesisTemplate } from "../core/synthesis.ts";
import { reasoningOf, textOf } from "../core/trajectory.ts";

/** What an ablation changes in the coordination. */
export interface Variant {
  /** Another synthesis prompt. */
  template?: { name: string; source: string };
  /** Whole trajectories are passed on, reasoning included. */
  compaction?: "none";
  /** Only so many of a round's messages are passed on; which, is drawn. */
  messages?: number;
}

/** One way to answer a problem, to be compared with others. */
export type Method =
  | { kind: "single"; key: "single" }
  /** Majority vote of K plain samples, by the normal form of their answers. */
  | { kind: "vote"; key: string; count: number }
  /** K plain samples combined part by part by a hand-written rule: the baseline to beat on work lists. */
  | { kind: "plurality"; key: string; count: number }
  | { kind: "coordinated"; key: string; widths: Widths; variant: Variant };

export type CoordinatedMethod = Extract<Method, { kind: "coordinated" }>;

export const single: Method = { kind: "single", key: "single" };

export const vote = (count: number): Method => ({ kind: "vote", key: `self-consistency@${count}`, count });

export const pluralityOf = (count: number): Method => ({
  kind: "plurality",
  key: `plurality@${count}`,
  count,
});

export function coordinated(widths: Widths, variant: Variant = {}): CoordinatedMethod {
  const marks = [
    variant.template && `template ${variant.template.name}`,
    variant.compaction && "no compaction",
    variant.messages && `${variant.messages} messages`,
  ].filter((mark) => mark !== undefined);
  const key = [widthsText(widths), ...marks].join(" · ");
  return { kind: "coordinated", key, widths, variant };
}

/** `[32,4]`; four or more equal ones in a row are `[1×8]`. */
function widthsText(widths: Widths): string {
  const same = widths.length > 3 && widths.every((width) => width === widths[0]);
  return same ? `[${widths[0]}×${widths.length}]` : `[${widths.join(",")}]`;
}

/** The same number of trajectories one after another: [1, 1, …] (Fig. 5). */
export function sequential({ widths }: CoordinatedMethod): CoordinatedMethod {
  return coordinated(new Array<number>(widths.reduce((sum, width) => sum + width, 0)).fill(1));
}

/** Calls of one repetition. */
export function callsOf(method: Method): number {
  switch (method.kind) {
    case "single":
      return 1;
    case "vote":
    case "plurality":
      return method.count;
    case "coordinated":
      return method.widths.reduce((sum, width) => sum + width, 1);
    default:
      return method satisfies never;
  }
}

/** P(x, M) of a variant. The core hands messages over in a drawn order, so its first ones are a random subset. */
export function templateOf({ template, messages }: Variant, paper: SynthesisTemplate): SynthesisTemplate {
  const render = template ? compileTemplate(template.source) : paper;
  return messages === undefined ? render : (problem, all) => render(problem, all.slice(0, messages));
}

/** C(ω) that compacts nothing: what forwarding whole trajectories costs and gains. */
export const wholeTrajectory: Compaction = ({ content }) => {
  const [reasoning, text] = [reasoningOf(content), textOf(content)];
  const whole = reasoning === "" ? text : `<think>${reasoning}</think>${text}`;
  return whole.trim() === "" ? null : whole;
};
