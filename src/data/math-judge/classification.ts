import { seededRandom } from "../../core/random.ts";

/** What was predicted, and what is so. */
export interface Case {
  predicted: boolean;
  actual: boolean;
}

export interface Interval {
  low: number;
  high: number;
}

/** Figures of a yes-or-no decision. Shares without a denominator are null. */
export interface Classification {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  trueNegatives: number;
  precision: number | null;
  recall: number | null;
  f1: number | null;
  accuracy: number | null;
  /** 95 %: Wilson's for shares, the percentiles of a bootstrap over the cases for F1. */
  intervals: {
    precision: Interval | null;
    recall: Interval | null;
    f1: Interval | null;
    accuracy: Interval | null;
  };
}

/** The normal quantile of a two-sided 95 %. */
const Z = 1.959963984540054;
const RESAMPLES = 2000;

/**
 * precision = TP / (TP + FP), recall = TP / (TP + FN), F1 = 2 TP / (2 TP + FP + FN), accuracy = (TP + TN) / n.
 * @param seed Of the bootstrap: the same cases in the same order give the same interval.
 */
export function classify(cases: readonly Case[], seed = 0): Classification {
  const count = (predicted: boolean, actual: boolean) =>
    cases.filter((one) => one.predicted === predicted && one.actual === actual).length;
  const [tp, fp, fn, tn] = [count(true, true), count(true, false), count(false, true), count(false, false)];
  return {
    truePositives: tp,
    falsePositives: fp,
    falseNegatives: fn,
    trueNegatives: tn,
    precision: ratio(tp, tp + fp),
    recall: ratio(tp, tp + fn),
    f1: f1Of({ tp, fp, fn }),
    accuracy: ratio(tp + tn, cases.length),
    intervals: {
      precision: wilson(tp, tp + fp),
      recall: wilson(tp, tp + fn),
      f1: bootstrapF1(cases, seed),
      accuracy: wilson(tp + tn, cases.length),
    },
  };
}

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

const f1Of = ({ tp, fp, fn }: { tp: number; fp: number; fn: number }): number | null =>
  ratio(2 * tp, 2 * tp + fp + fn);

/** Wilson's score interval of a share: unlike the normal one it stays within 0 and 1, and is none of width 0. */
export function wilson(part: number, whole: number): Interval | null {
  if (whole === 0) return null;
  const share = part / whole;
  const spread = Z * Math.sqrt((share * (1 - share)) / whole + Z ** 2 / (4 * whole ** 2));
  const scale = 1 + Z ** 2 / whole;
  const center = share + Z ** 2 / (2 * whole);
  return { low: Math.max(0, (center - spread) / scale), high: Math.min(1, (center + spread) / scale) };
}

/** Resamples without a positive, actual or predicted, have no F1, and are left out. */
function bootstrapF1(cases: readonly Case[], seed: number): Interval | null {
  const random = seededRandom(seed);
  const values: number[] = [];
  for (let k = 0; k < RESAMPLES; k++) {
    const sums = { tp: 0, fp: 0, fn: 0 };
    for (let i = 0; i < cases.length; i++) {
      const { predicted, actual } = cases[Math.floor(random() * cases.length)] as Case;
      if (predicted) sums[actual ? "tp" : "fp"]++;
      else if (actual) sums.fn++;
    }
    const value = f1Of(sums);
    if (value !== null) values.push(value);
  }
  if (values.length === 0) return null;
  values.sort((a, b) => a - b);
  const at = (share: number) => values[Math.round(share * (values.length - 1))] as number;
  return { low: at(0.025), high: at(0.975) };
}
