import { createRequire } from "node:module";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { Meter } from "../core/meter.ts";
import { redact } from "../core/redact.ts";
import { checkKinds, graderFor } from "../data/grader.ts";
import type { Problem } from "../data/problem.ts";
import type { EvaluateOptions } from "../eval/evaluate.ts";
import { modelNameIn } from "../eval/plan.ts";
import type { CardFacts } from "../eval/run-card.ts";
import type { EvaluationStore } from "../eval/store.ts";
import { isEmbedded } from "../upstream/reference.ts";
import { resolveModel } from "../upstream/resolve.ts";
import { codeGrader } from "./eval-code.ts";
import type { EvalFlags } from "./eval-flags.ts";
import { methodsOf } from "./eval-methods.ts";
import { InputError } from "./input-error.ts";
import { judgeOf, modelName, present, priceOf } from "./model-options.ts";

/** Everything an evaluation needs, as the flags say; models are opened. @throws {InputError} */
export async function optionsOf(
  reference: string,
  problems: readonly Problem[],
  { flags, store }: { flags: EvalFlags; store: EvaluationStore },
): Promise<EvaluateOptions> {
  const methods = await methodsOf(flags);
  const meter = new Meter();
  const judge =
    flags.judgeModel === undefined || flags.reportOnly
      ? undefined
      : await judgeOf(flags.judgeModel, flags.judgeVotes, meter);
  const code = flags.reportOnly ? undefined : await codeGrader(problems);
  if (!flags.reportOnly) checkKinds(problems, { judge, code });
  const {
    samples,
    pool,
    seed,
    concurrency,
    budgetTokens,
    budgetMoney,
    temperature,
    topP,
    maxTokens,
    explorerModel,
  } = flags;
  const model = flags.reportOnly ? named(reference) : await resolveModel(reference);
  const explorer =
    explorerModel === undefined || flags.reportOnly ? undefined : await resolveModel(explorerModel);
  const most = Math.max(
    0,
    ...methods.map((method) => (method.kind === "coordinated" ? method.widths.length : 0)),
  );
  if (explorer && methods.some((method) => method.kind !== "coordinated" || method.widths.length !== most)) {
    throw new InputError(
      "--explorer-model: give --widths of one length alone; plain samples have no rounds to explore.",
    );
  }
  const { contextWindow, contextPolicy, sampling, maxRetries, callTimeout } = flags;
  const coordinate = {
    contextWindow,
    contextPolicy,
    sampling,
    maxRetries,
    callTimeoutMs: callTimeout,
    ...(explorer && { models: Array(most).fill(explorer) as LanguageModelV4[] }),
  };
  return {
    model,
    // A report is about the model that was run, whatever ships by now.
    modelName: (flags.reportOnly && modelNameIn(store)) || (await modelName(reference, model)),
    methods,
    samples,
    pool,
    seed,
    concurrency,
    store,
    meter,
    grader: (problem) => graderFor(problem, { judge, code }),
    call: present({ temperature, topP, maxOutputTokens: maxTokens }),
    coordinate: present(coordinate),
    budgetTokens,
    budgetMoney,
    price: priceOf(flags),
  };
}

/** For a report alone the model is a name. */
const named = (modelId: string) => ({ modelId }) as LanguageModelV4;

/** What the run card says, less what only loading the data tells. */
export function cardFacts(
  data: string,
  model: string,
  { flags, problems, options }: { flags: EvalFlags; problems: readonly Problem[]; options: EvaluateOptions },
): Omit<CardFacts, "rejected" | "skipped"> {
  const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };
  const { call, price, budgetTokens, budgetMoney, concurrency } = options;
  const { contextWindow, contextPolicy, sampling = "paper", map, format, kind, limit, explorerModel } = flags;
  const settings = {
    ...call,
    sampling,
    contextWindow,
    contextPolicy,
    concurrency,
    budgetTokens,
    budgetMoney,
    price,
    map: map.join(","),
    format,
    kind,
    limit,
    explorerModel,
  };
  const judge = flags.judgeModel && `${redact(flags.judgeModel)}, ${flags.judgeVotes} unanimous votes`;
  return {
    data,
    model: isEmbedded(model) ? (options.modelName ?? model) : redact(model),
    problems,
    plan: options,
    version,
    argv: process.argv.slice(2),
    settings: present(settings),
    ...(judge && { judge }),
  };
}
