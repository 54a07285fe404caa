import type { LanguageModelV4 } from "@ai-sdk/provider";
import { resolveModel } from "../upstream/resolve.ts";
import type { SolvePlan } from "./solve-plan.ts";

/** The models of a run, open. */
export interface OpenModels {
  model: LanguageModelV4;
  /** One per exploring round, where they differ from the last one's. */
  models?: LanguageModelV4[];
  /** The plan with the id of a model that was the endpoint's only one: tomorrow it may serve another. */
  plan: SolvePlan;
}

/** @throws {ModelReferenceError} for a name that names no model; an upstream error if it had to be asked. */
export async function openModels(plan: SolvePlan, abortSignal: AbortSignal): Promise<OpenModels> {
  const { explorerModel } = plan.settings;
  const model = await resolveModel(plan.model, { abortSignal });
  const pinned = { ...plan, model: pin(plan.model, model) };
  if (explorerModel === undefined) return { model, plan: pinned };
  const explorer = await resolveModel(explorerModel, { abortSignal });
  const settings = { ...plan.settings, explorerModel: pin(explorerModel, explorer) };
  return { model, models: plan.widths.map(() => explorer), plan: { ...pinned, settings } };
}

function pin(reference: string, { modelId }: LanguageModelV4): string {
  return /^https?:\/\//i.test(reference) && !reference.includes("#") ? `${reference}#${modelId}` : reference;
}
