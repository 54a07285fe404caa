import { createHash } from "node:crypto";
import { redact } from "../core/redact.ts";
import { SYNTHESIS_TEMPLATE } from "../core/synthesis.ts";
import type { Problem } from "../data/problem.ts";
import type { EvaluationPlan } from "./evaluate.ts";
import { digestOf } from "./plan.ts";

/** What somebody else needs to run the same again. Holds no key. */
export interface RunCard {
  data: string;
  problems: number;
  /** Lines that gave no problem, and those left out on purpose. */
  rejected: number;
  skipped: number;
  /** SHA-256 over all problems: prompts, answers, kinds. */
  problemsHash: string;
  /** SHA-256 of each synthesis template. */
  templates: Record<string, string>;
  model: string;
  judge?: string;
  methods: string[];
  samples: number;
  pool?: number;
  seed: number;
  settings: Record<string, unknown>;
  versions: Record<string, string>;
  command: string;
  startedAt: string;
}

export interface CardFacts {
  data: string;
  problems: readonly Problem[];
  rejected: number;
  skipped: number;
  model: string;
  judge?: string;
  plan: EvaluationPlan;
  settings: Record<string, unknown>;
  version: string;
  argv: readonly string[];
}

export function runCard({ problems, plan, version, argv, ...facts }: CardFacts): RunCard {
  const { methods, samples, pool, seed } = plan;
  const variants = methods.flatMap((method) =>
    method.kind === "coordinated" && method.variant.template ? [method.variant.template] : [],
  );
  const templates = [{ name: "paper (Table 6)", source: SYNTHESIS_TEMPLATE }, ...variants];
  return {
    ...facts,
    problems: problems.length,
    problemsHash: hash(problems.map(digestOf).join("\n")),
    templates: Object.fromEntries(templates.map(({ name, source }) => [name, hash(source)])),
    methods: methods.map(({ key }) => key),
    samples,
    ...(pool !== undefined && { pool }),
    seed,
    versions: { pacore: version, node: process.version, platform: `${process.platform}-${process.arch}` },
    // A key on the command line is redacted by its shape, and by being one of the environment's.
    command: redact(["pacore", ...argv].map(quoted).join(" "), 4000),
    startedAt: new Date().toISOString(),
  };
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
