import type { StageEvent } from "../../train/engine.ts";
import type { OpenRlhfStage } from "./openrlhf-engine.ts";
import { evaluationMetrics, iterationMetrics } from "./trainer-metrics.ts";

/** What is new in the trainer's event files, as events; noted as told when whoever logs them has done so. */
export async function* toldSteps(
  { plan, state, steps }: Pick<OpenRlhfStage, "plan" | "state" | "steps">,
  ended: boolean,
): AsyncGenerator<StageEvent> {
  const { stage, iterationsBefore, environment, heldOut } = plan;
  const found = await steps.take(ended);
  const { instances } = environment.options;
  for (const { step, scalars } of found.steps) {
    const place = { iteration: iterationsBefore + step, stage, instances };
    yield { type: "iteration", metrics: iterationMetrics(scalars, place) };
    await state.tell(step);
  }
  for (const { step, scalars } of found.evaluations) {
    const place = { iteration: iterationsBefore + step, stage, problems: heldOut.length };
    yield { type: "evaluation", metrics: evaluationMetrics(scalars, place) };
  }
}
