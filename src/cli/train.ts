import type { LabBar, LabDemonstration, LabSftEvent } from "../train/index.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { catchInterrupts } from "./interrupt.ts";
import { quoted } from "./resume-hint.ts";
import { shortCount, shortDuration } from "./view/figures.ts";

export interface TrainLabSftFlags {
  out: string;
  seed: number;
  minutes?: number;
  resume?: boolean;
  json?: boolean;
}

/** `pacore train lab-sft`: the embedded model's weights, from nothing. Weights that miss a bar are exit code 1. */
export async function trainLabSftCommand(flags: TrainLabSftFlags): Promise<ExitCode> {
  const { json, ...options } = flags;
  const { trainLabSft } = await import("../train/index.ts");
  using interrupt = catchInterrupts();
  const lines = trainingLines();
  let finished = false;
  let good = true;
  const print = (text: string) => process.stdout.write(`${text}\n`);
  try {
    for await (const event of trainLabSft({ ...options, abortSignal: interrupt.signal })) {
      if (event.type === "end") finished = event.finished;
      if (event.type === "check") good = event.bars.every(({ holds }) => holds);
      if (json) print(JSON.stringify(event, (key, value) => (key === "weights" ? undefined : value)));
      else for (const line of lines(event)) print(line);
    }
  } catch (error) {
    throw interrupt.signal.aborted ? interrupt.signal.reason : error;
  } finally {
    if (!finished) process.stderr.write(`go on with: ${resumeTraining(flags)}\n`);
  }
  if (!finished) return EXIT.incomplete;
  return good ? EXIT.answered : EXIT.failed;
}

const resumeTraining = ({ out, seed }: TrainLabSftFlags) =>
  `pacore train lab-sft --out ${quoted(out)} --seed ${seed} --resume`;

/** So that half an hour is some hundred lines. */
const STEPS_PER_LINE = 25;

/** What an event is worth telling. */
export function trainingLines(): (event: LabSftEvent) => string[] {
  let first = 0;
  let seconds = 0;
  let tokens = 0;
  return (event) => {
    switch (event.type) {
      case "start": {
        first = event.step;
        const from = event.step > 0 ? `, from step ${event.step}` : "";
        return [`${shortCount(event.parameters)} parameters, ${event.steps} steps${from}`];
      }
      case "step": {
        seconds += event.seconds;
        tokens += event.tokens;
        if (event.step % STEPS_PER_LINE !== 0 && event.step !== event.steps) return [];
        const losses = Object.entries(event.loss).map(([skill, loss]) => `${skill} ${loss.toFixed(3)}`);
        const left = (seconds / Math.max(1, event.step - first)) * (event.steps - event.step);
        const speed = `${shortCount(Math.round(tokens / seconds))} tokens/s`;
        const time = `${shortDuration(left * 1000)} left`;
        return [`step ${event.step}/${event.steps}  loss ${losses.join(", ")}  ${speed}  ${time}`];
      }
      case "checkpoint":
        return [`checkpoint at step ${event.step}: ${event.path}`];
      case "check":
        return [...event.bars.map(barLine), ...demonstrationLines(event.demonstration)];
      case "end":
        return [event.finished ? `finished after ${event.step} steps` : `stopped at step ${event.step}`];
      default:
        return event satisfies never;
    }
  };
}

const share = (value: number) => `${(100 * value).toFixed(1)} %`;

function barLine({ name, value, low, high, holds }: LabBar): string {
  const range = high === 1 ? `at least ${share(low)}` : `${share(low)} to ${share(high)}`;
  return `${holds ? "PASS" : "FAIL"}  ${name}: ${share(value)} (${range})`;
}

/** What coordination gains on this model, and what it does not gain yet. */
function demonstrationLines(demonstration: LabDemonstration): string[] {
  const { problems, width, single, majority, synthesis, aggregation, plurality } = demonstration;
  return [
    `right, of ${problems} problems with a first round of ${width}:`,
    `  single sample                       ${share(single)}`,
    `  majority vote over whole answers    ${share(majority)}`,
    `  one synthesis, paper's template     ${share(synthesis)}`,
    `  one synthesis, aggregation template ${share(aggregation)}`,
    `  plurality of each part, by hand     ${share(plurality)}`,
  ];
}
