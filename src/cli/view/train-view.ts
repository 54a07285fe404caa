import type { TrainEvent } from "../../train/train.ts";
import { paintFor } from "./paint.ts";
import { Screen } from "./screen.ts";
import { trainFrame } from "./train-frame.ts";
import { trainLines } from "./train-lines.ts";
import { createTrainState, observeTraining, type TrainingPlan } from "./train-state.ts";

/** At most ten frames a second, however many events come. */
const FRAME_MS = 100;
/** The clock, and the time that is left, go on between iterations. */
const CLOCK_MS = 500;

export interface TrainView {
  show(event: TrainEvent): void;
  /** The run is over, well or not: nothing is drawn afterwards. */
  close(): void;
}

export interface TrainViewOptions {
  recipe: TrainingPlan;
  /** Every event as a line of JSON. */
  json?: boolean;
  stream?: NodeJS.WriteStream;
}

/** A terminal is redrawn; everything else gets a line an iteration. */
export function trainView({ recipe, json = false, stream = process.stdout }: TrainViewOptions): TrainView {
  if (json) return { show: (event) => stream.write(`${JSON.stringify(event)}\n`), close: () => {} };
  return stream.isTTY && process.env.TERM !== "dumb"
    ? liveTrainView(recipe, stream)
    : plainTrainView(recipe, stream);
}

function plainTrainView(plan: TrainingPlan, stream: NodeJS.WriteStream): TrainView {
  const lines = trainLines(plan);
  return {
    show: (event) => {
      for (const line of lines(event)) stream.write(`${line}\n`);
    },
    close: () => {},
  };
}

function liveTrainView(plan: TrainingPlan, stream: NodeJS.WriteStream): TrainView {
  const state = createTrainState(plan, Date.now());
  const screen = new Screen(stream);
  const paint = paintFor(stream);
  let dirty = true;
  let drawnAt = 0;
  const draw = () => {
    const { columns, rows } = stream;
    dirty = false;
    drawnAt = Date.now();
    screen.draw(trainFrame(state, { columns: columns || 80, rows: rows || 24, now: drawnAt, paint }));
  };
  const timer = setInterval(() => {
    if (dirty || Date.now() - drawnAt >= CLOCK_MS) draw();
  }, FRAME_MS);
  const touch = () => {
    dirty = true;
  };
  stream.on("resize", touch);
  return {
    show: (event) => {
      observeTraining(state, event, Date.now());
      touch();
    },
    close: () => {
      clearInterval(timer);
      stream.off("resize", touch);
      draw();
      screen.close();
    },
  };
}
