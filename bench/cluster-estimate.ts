/**
 * What a recipe's run may cost: arithmetic over assumptions, no measurement. Change the assumptions to what your first
 * iterations show.
 *
 *     node bench/cluster-estimate.ts recipes/pacore-8b.yaml [--prompt 15000] [--response 45000] [--dollars 2.5]
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { parseCluster } from "../src/cluster/openrlhf/cluster-settings.ts";
import { parseRecipe } from "../src/train/index.ts";

/** From the models' config.json: layers, width of queries, of keys and values together; parameters. */
const MODELS: Record<string, { layers: number; queries: number; keysAndValues: number; parameters: number }> =
  {
    "pacore-8b": { layers: 36, queries: 4096, keysAndValues: 2048, parameters: 8.2e9 },
    "qwen3-1.7b": { layers: 28, queries: 2048, keysAndValues: 2048, parameters: 1.7e9 },
    "qwen3-0.6b": { layers: 28, queries: 2048, keysAndValues: 2048, parameters: 0.6e9 },
  };

/** An H100 of 80 GB, as its data sheet has it; and the shares of that which decoding and training reach: assumed. */
const GPU = { bytes: 80e9, bandwidth: 3.35e12, decodes: 0.7, flops: 989e12, trains: 0.3 };
/** Weights that are woken, sent and put to sleep: assumed. */
const OTHER_SECONDS = 180;

const { values, positionals } = parseArgs({
  options: {
    prompt: { type: "string", default: "15000" },
    response: { type: "string", default: "45000" },
    dollars: { type: "string", default: "2.5" },
  },
  allowPositionals: true,
});
const { cluster: section, ...fields } = parse(readFileSync(positionals[0] as string, "utf8"));
const [recipe, cluster] = [parseRecipe(fields), parseCluster(section)];
const model = MODELS[recipe.name];
if (!model) throw new Error(`Add ${recipe.name} to MODELS.`);
const [prompt, response] = [Number(values.prompt), Number(values.response)];

const gpus = cluster.nodes * cluster.gpusPerNode;
const responses = recipe.instances * recipe.responses;
const iterations = recipe.stage1Iterations + recipe.stage2Iterations;

// A decoding step reads the weights once, and each sequence's cache: bf16.
const cacheBytes = 2 * model.layers * model.keysAndValues * (prompt + response / 2);
const weightBytes = 2 * model.parameters;
const room = (GPU.bytes * cluster.vllmMemory - weightBytes) / cacheBytes;
const sequences = Math.min(room, responses / gpus);
const decoding = (GPU.bandwidth * GPU.decodes) / (cacheBytes + weightBytes / sequences);
const sampling = (responses * response) / (decoding * gpus);

// Policy and critic each: a forward pass for log-probabilities or values; then forward, recomputed forward, backward (2).
const forwards = 2 * 5;
const attention = 4 * ((prompt + response) / 2) * model.queries * model.layers;
const flops = responses * (prompt + response) * forwards * (2 * model.parameters + attention);
const training = flops / (gpus * GPU.flops * GPU.trains);

const hours = ((sampling + training + OTHER_SECONDS) * iterations) / 3600;
const minutes = (seconds: number) => `${(seconds / 60).toFixed(1)} min`;
console.log(`${recipe.name} on ${gpus} GPUs: ${prompt} tokens of prompt, ${response} of response`);
console.log(
  `tokens an iteration   ${responses} × ${response} = ${((responses * response) / 1e6).toFixed(1)} M`,
);
console.log(
  `all of them           × ${iterations} = ${((responses * response * iterations) / 1e9).toFixed(2)} G`,
);
console.log(
  `decoding              ${sequences.toFixed(1)} sequences a GPU, ${decoding.toFixed(0)} tokens/s a GPU`,
);
console.log(`sampling              ${minutes(sampling)} an iteration`);
console.log(`training              ${minutes(training)} an iteration, ${(flops / 1e18).toFixed(2)} EFLOP`);
console.log(`in all                ${hours.toFixed(0)} h = ${(hours / 24).toFixed(1)} days`);
console.log(
  `GPU hours             ${(hours * gpus).toFixed(0)}, ${(hours * gpus * Number(values.dollars)).toFixed(0)} dollars`,
);
