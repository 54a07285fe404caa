/**
 * Model ids such as `pacore:high` for the rest of an application, which need not know what is behind them.
 *
 *   npx node examples/registry.ts
 */
import { createProviderRegistry, customProvider, generateText, wrapLanguageModel } from "ai";
import { sampleProblem } from "../src/embedded/worklist.ts";
import { pacore, pacoreMiddleware, resolveModel } from "../src/index.ts";

const model = await resolveModel(process.env.PACORE_MODEL ?? "embedded");

const registry = createProviderRegistry({
  pacore: customProvider({
    languageModels: {
      low: pacore(model, { widths: "low" }),
      high: pacore(model, { widths: "high" }),
      // The same as middleware, for models that are wrapped already.
      medium: wrapLanguageModel({ model, middleware: pacoreMiddleware({ widths: "medium" }) }),
    },
  }),
});

for (const id of ["pacore:low", "pacore:medium", "pacore:high"] as const) {
  const { text, usage } = await generateText({ model: registry.languageModel(id), prompt: sampleProblem(0) });
  console.log(`${id.padEnd(14)} ${text}  (${usage.outputTokens} tokens)`);
}
