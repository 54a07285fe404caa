import { durationText, figureText } from "./figure-text.ts";
import type { RecordedIteration } from "./recorded.ts";
import type { RunRecord } from "./run-record.ts";

/** One headline figure. */
export interface Tile {
  name: string;
  value: string;
  note: string;
}

/** Iterations at either end that "from … to …" is a mean over: a single one is noise. */
const ENDS = 10;

/** What a reader wants to know first. */
export function runTiles({ iterations }: RunRecord): Tile[] {
  const ends = Math.max(1, Math.min(ENDS, Math.floor(iterations.length / 2)));
  const change = (of: (metrics: RecordedIteration) => number | null, format?: "percent" | "count") => {
    const [from, to] = [iterations.slice(0, ends), iterations.slice(-ends)].map((part) => mean(part, of));
    return { value: figureText(to, format), note: `from ${figureText(from, format)}` };
  };
  const seconds = sum(iterations, (m) => m.seconds.total);
  const tokens = sum(iterations, (m) => m.tokens.sampled);
  return [
    { name: "Iterations", value: `${iterations.length}`, note: stagesText(iterations) },
    { name: "Reward", ...change((m) => m.reward, "percent") },
    { name: "Emergent", ...change((m) => m.emergentCorrectness, "percent") },
    { name: "Solipsism", ...change((m) => m.solipsism, "percent") },
    { name: "Entropy", ...change((m) => m.entropy) },
    {
      name: "Time",
      value: durationText(seconds),
      note: `${durationText(seconds / Math.max(1, iterations.length))} an iteration`,
    },
    {
      name: "Tokens sampled",
      value: figureText(tokens, "count"),
      note: `${figureText(seconds > 0 ? tokens / seconds : null, "count")} a second`,
    },
  ];
}

function stagesText(iterations: readonly RecordedIteration[]): string {
  const stages = [...new Set(iterations.map(({ stage }) => stage))];
  const counts = stages.map((stage) => iterations.filter((one) => one.stage === stage).length);
  if (stages.length < 2) return stages.length === 0 ? "none yet" : `stage ${stages[0]}`;
  return `stages: ${counts.join(" + ")}`;
}

type Field = (metrics: RecordedIteration) => number | null;

const sum = (iterations: readonly RecordedIteration[], of: Field): number =>
  iterations.reduce((total, metrics) => total + (of(metrics) ?? 0), 0);

function mean(iterations: readonly RecordedIteration[], of: Field): number | undefined {
  const values = iterations.map(of).filter((value) => value !== null);
  return values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length;
}
