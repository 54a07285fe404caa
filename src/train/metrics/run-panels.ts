import type { Axis } from "../../plot/spec.ts";
import type { RecordedIteration } from "./recorded.ts";

export interface PanelLine {
  name: string;
  of: (metrics: RecordedIteration) => number | null;
}

/** One small chart over iterations. */
export interface Panel {
  title: string;
  /** What it says, in a few words; the interface of the metrics says it exactly. */
  note: string;
  axis?: Omit<Axis, "label">;
  /** Set, not measured: a mean would only blur it. */
  exact?: boolean;
  lines: readonly PanelLine[];
}

export interface PanelGroup {
  title: string;
  panels: readonly Panel[];
}

/** All metrics of an iteration, as charts: what belongs together shares one. */
export function panelGroups(iterations: readonly RecordedIteration[]): PanelGroup[] {
  return [
    { title: "Reward and responses", panels: responsePanels(iterations) },
    { title: "Coordination", panels: COORDINATION },
    { title: "Policy and critic", panels: [...POLICY, ...CRITIC, RATES] },
    { title: "Tokens and time", panels: COST },
  ];
}

const SHARE = { format: "percent", min: 0 } as const;
const AMOUNT = { format: "count", min: 0 } as const;

const single = (of: PanelLine["of"]): PanelLine[] => [{ name: "", of }];

function responsePanels(iterations: readonly RecordedIteration[]): Panel[] {
  const kinds = [...new Set(iterations.flatMap(({ rewardByKind }) => Object.keys(rewardByKind)))].sort();
  const byKind = kinds.map((name) => ({ name, of: (m: RecordedIteration) => m.rewardByKind[name] ?? null }));
  return [
    {
      title: "Reward",
      note: "mean of the scored responses",
      axis: SHARE,
      lines: [{ name: "all", of: (m) => m.reward }, ...(byKind.length > 1 ? byKind : [])],
    },
    {
      title: "Without references",
      note: "prompts of a first round: mean reward, and problems that any response solves",
      axis: SHARE,
      lines: [
        { name: "reward", of: (m) => m.soloReward },
        { name: "coverage", of: (m) => m.coverage },
      ],
    },
    { title: "Entropy", note: "nats a token", axis: { min: 0 }, lines: single((m) => m.entropy) },
    {
      title: "KL to the start",
      note: "nats a token",
      lines: single((m) => m.klToStart),
    },
    {
      title: "Response length",
      note: "mean tokens",
      axis: { format: "count" },
      lines: single((m) => m.responseLength),
    },
    {
      title: "Cut off",
      note: "responses that met the length limit",
      axis: SHARE,
      lines: single((m) => m.cutOffRate),
    },
    {
      title: "Unscored",
      note: "responses that no verifier could judge",
      axis: AMOUNT,
      lines: single((m) => m.unscored),
    },
  ];
}

const COORDINATION: readonly Panel[] = [
  {
    title: "Emergent correctness",
    note: "right although every message read is wrong",
    axis: SHARE,
    lines: single((m) => m.emergentCorrectness),
  },
  {
    title: "Emergent cases",
    note: "responses that read wrong messages alone",
    axis: AMOUNT,
    lines: single((m) => m.emergentCases),
  },
  {
    title: "Cross-checking",
    note: "how far responses compare their references",
    axis: SHARE,
    lines: single((m) => m.crossChecking),
  },
  {
    title: "Solipsism",
    note: "references went unused where they knew more",
    axis: SHARE,
    lines: single((m) => m.solipsism),
  },
  { title: "Messages", note: "mean |M|", axis: { format: "count" }, lines: single((m) => m.messages) },
];

const POLICY: readonly Panel[] = [
  { title: "Policy loss", note: "clipped surrogate", lines: single((m) => m.policyLoss) },
  {
    title: "Policy gradient norm",
    note: "before clipping",
    axis: { min: 0 },
    lines: single((m) => m.policyGradientNorm),
  },
  {
    title: "Importance ratio",
    note: "distance from 1 before the step: sampler against trainer",
    axis: { scale: "log" },
    lines: [
      { name: "largest", of: (m) => m.ratioMaxDeviation },
      { name: "of the mean", of: ({ ratioMean }) => (ratioMean === null ? null : Math.abs(ratioMean - 1)) },
    ],
  },
  {
    title: "Clip fraction",
    note: "tokens whose ratio was clipped",
    axis: SHARE,
    lines: single((m) => m.clipFraction),
  },
];

/** A critic that is worse than a constant by more than this is drawn at it: a first step would hide all others. */
const LEAST_EXPLAINED = -1;

const CRITIC: readonly Panel[] = [
  { title: "Value loss", note: "½ · MSE", axis: { min: 0 }, lines: single((m) => m.valueLoss) },
  {
    title: "Explained variance",
    note: "1 is perfect, 0 a constant; drawn from −1",
    axis: { max: 1 },
    lines: single(({ explainedVariance: value }) =>
      value === null ? null : Math.max(LEAST_EXPLAINED, value),
    ),
  },
  {
    title: "Value gradient norm",
    note: "before clipping",
    axis: { min: 0 },
    lines: single((m) => m.valueGradientNorm),
  },
];

const RATES: Panel = {
  title: "Learning rates",
  note: "of the steps taken",
  axis: { min: 0 },
  exact: true,
  lines: [
    { name: "policy", of: (m) => m.learningRate },
    { name: "critic", of: (m) => m.valueLearningRate },
  ],
};

const rate = (count: number | null, seconds: number | null): number | null =>
  count === null || !seconds ? null : count / seconds;

const COST: readonly Panel[] = [
  {
    title: "Seconds",
    note: "wall clock of an iteration, by phase",
    axis: { min: 0 },
    lines: [
      { name: "total", of: ({ seconds }) => seconds.total },
      { name: "sampling", of: ({ seconds }) => seconds.sampling },
      { name: "scoring", of: ({ seconds }) => seconds.scoring },
      { name: "advantages", of: ({ seconds }) => seconds.advantages },
      { name: "policy", of: ({ seconds }) => seconds.policy },
      { name: "critic", of: ({ seconds }) => seconds.critic },
      { name: "other", of: ({ seconds }) => seconds.other },
    ],
  },
  {
    title: "Tokens",
    note: "of an iteration",
    axis: AMOUNT,
    lines: [
      { name: "sampled", of: ({ tokens }) => tokens.sampled },
      { name: "trained", of: ({ tokens }) => tokens.trained },
      { name: "prompt", of: ({ tokens }) => tokens.prompt },
    ],
  },
  {
    title: "Tokens per second",
    note: "sampled over sampling, trained over both updates, sampled over everything",
    axis: AMOUNT,
    lines: [
      { name: "sampling", of: ({ tokens, seconds }) => rate(tokens.sampled, seconds.sampling) },
      {
        name: "training",
        of: ({ tokens, seconds }) => rate(tokens.trained, (seconds.policy ?? 0) + (seconds.critic ?? 0)),
      },
      { name: "overall", of: ({ tokens, seconds }) => rate(tokens.sampled, seconds.total) },
    ],
  },
];
