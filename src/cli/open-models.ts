import type { LanguageModelV4 } from "@ai-sdk/provider";
import { isEmbedded } from "../upstream/reference.ts";
import { describeModel, resolveModel } from "../upstream/resolve.ts";
import type { SolvePlan } from "./solve-plan.ts";

/** The models of a run, open. */
export interface OpenModels {
  model: LanguageModelV4;
  /** One per exploring round, where they differ from the last one's. */
  models?: LanguageModelV4[];
  /**
   * The plan with the id of a model that was the endpoint's only one: tomorrow it may serve another. An embedded
   * model's directory is absolute.
   */
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

function pin(reference: string, model: LanguageModelV4): string {
  // A run may be resumed from another directory.
  if (isEmbedded(reference)) return describeModel(model);
  const { modelId } = model;
  return /^https?:\/\//i.test(reference) && !reference.includes("#") ? `${reference}#${modelId}` : reference;
}
