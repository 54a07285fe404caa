import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { Meter } from "../core/meter.ts";
import type { Price } from "../core/receipt.ts";
import type { Problem } from "../data/problem.ts";
import { weightsDigest } from "../embedded/pretrained.ts";
import { isEmbedded, parseReference } from "../upstream/reference.ts";
import { resolveModel } from "../upstream/resolve.ts";
import { judgeVerifier } from "../verify/judge.ts";
import type { Verifier } from "../verify/score.ts";
import { InputError } from "./input-error.ts";

/** What a model is called where its trajectories are kept. An embedded model's id says nothing of its weights. */
export async function modelName(reference: string, { modelId }: LanguageModelV4): Promise<string> {
  const parsed = parseReference(reference);
  if (parsed.kind !== "embedded") return modelId;
  return `${modelId}, weights ${await weightsDigest(parsed.directory)}`;
}

/** @throws {InputError} if the embedded model is asked for what it does not know. */
export function checkEmbedded(reference: string, problems: readonly Problem[]): void {
  const other = problems.find(({ kind }) => kind !== "worklist");
  if (!isEmbedded(reference) || !other) return;
  throw new InputError(
    `The embedded model solves work lists only, and ${other.id} is none; name a real model with --model or PACORE_MODEL.`,
  );
}

/** A judge whose votes must all agree; what it is paid goes through the meter. */
export async function judgeOf(reference: string, votes: number, meter: Meter): Promise<Verifier> {
  return judgeVerifier(meter.wrap(await resolveModel(reference)), { votes, agreement: "unanimous" });
}

/** @throws {InputError} for a budget without a price. */
export function priceOf({
  priceIn,
  priceOut,
  budgetMoney,
}: {
  priceIn?: number | undefined;
  priceOut?: number | undefined;
  budgetMoney?: number | undefined;
}): Price | undefined {
  if (priceIn === undefined && priceOut === undefined) {
    if (budgetMoney !== undefined) throw new InputError("--budget-money: needs --price-in and --price-out.");
    return undefined;
  }
  return { inputPerMillion: priceIn ?? 0, outputPerMillion: priceOut ?? 0 };
}

/** Without the options that were not given, so that defaults apply. */
export function present<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as ReturnType<
    typeof present<T>
  >;
}
