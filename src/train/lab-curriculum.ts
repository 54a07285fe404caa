import type { Random } from "../embedded/random.ts";
import {
  aggregationDemonstration,
  auditDemonstration,
  type Demonstration,
  shortDemonstration,
  soloDemonstration,
  surveyDemonstration,
  synthesisDemonstration,
} from "./lab-data.ts";

export type LabSkill = "solo" | "synthesis" | "audit" | "survey" | "aggregation";

/** Rows of one shape; programs are compiled for shapes, so there are few. */
interface Bucket {
  skill: LabSkill;
  rows: number;
  /** Tokens a row, enough for `references[1]` references of 8 parts. */
  length: number;
  /** Fewest and most references; their number is uniform between. */
  references: readonly [number, number];
  /** How often it is drawn among the buckets of its skill. */
  share: number;
}

const SHORT: Bucket = { skill: "solo", rows: 48, length: 48, references: [1, 3], share: 1 };
const SOLO: Bucket = { skill: "solo", rows: 32, length: 96, references: [0, 0], share: 1 };

const SYNTHESIS: readonly Bucket[] = [
  { skill: "synthesis", rows: 12, length: 172, references: [1, 8], share: 0.45 },
  { skill: "synthesis", rows: 8, length: 244, references: [9, 16], share: 0.3 },
  { skill: "synthesis", rows: 5, length: 388, references: [17, 32], share: 0.22 },
  { skill: "synthesis", rows: 3, length: 676, references: [33, 64], share: 0.03 },
];

const AUDIT: readonly Bucket[] = [
  { skill: "audit", rows: 16, length: 172, references: [1, 8], share: 0.7 },
  { skill: "audit", rows: 8, length: 244, references: [9, 16], share: 0.2 },
  { skill: "audit", rows: 5, length: 388, references: [17, 32], share: 0.1 },
];

const SURVEY: readonly Bucket[] = [
  { skill: "survey", rows: 24, length: 94, references: [1, 8], share: 0.5 },
  { skill: "survey", rows: 12, length: 166, references: [9, 16], share: 0.25 },
  { skill: "survey", rows: 8, length: 310, references: [17, 32], share: 0.25 },
];

const AGGREGATION: readonly Bucket[] = [
  { skill: "aggregation", rows: 24, length: 84, references: [1, 8], share: 0.3 },
  { skill: "aggregation", rows: 12, length: 156, references: [9, 16], share: 0.3 },
  { skill: "aggregation", rows: 8, length: 300, references: [17, 32], share: 0.35 },
  { skill: "aggregation", rows: 4, length: 588, references: [33, 64], share: 0.05 },
];

/** The order of work in an audit is four tokens of a row, and slow to be learnt. */
const WEIGHTS: Record<LabSkill, number> = {
  solo: 1,
  synthesis: 0.5,
  audit: 1,
  survey: 0.75,
  aggregation: 0.5,
};

/** One bucket's part of a step. */
export interface Lesson {
  skill: LabSkill;
  /** Its loss counts this much. */
  weight: number;
  length: number;
  demonstrations: Demonstration[];
}

/** What step `step` learns: problems alone at first, then a bucket of each skill. */
export function planLessons(step: number, shortSteps: number, soloSteps: number, random: Random): Lesson[] {
  if (step < shortSteps) return [lesson(SHORT, 1, random)];
  const solo = lesson(SOLO, 1, random);
  if (step < soloSteps) return [solo];
  const drawn = [SYNTHESIS, AUDIT, SURVEY, AGGREGATION].map((skill) => draw(skill, random));
  return [solo, ...drawn.map((bucket) => lesson(bucket, WEIGHTS[bucket.skill], random))];
}

function draw(buckets: readonly Bucket[], random: Random): Bucket {
  let rest = random.uniform();
  for (const bucket of buckets) {
    rest -= bucket.share;
    if (rest < 0) return bucket;
  }
  return buckets[0] as Bucket;
}

const DEMONSTRATE: Record<LabSkill, (references: number, random: Random) => Demonstration> = {
  solo: (parts, random) => (parts > 0 ? shortDemonstration(parts, random) : soloDemonstration(random)),
  synthesis: synthesisDemonstration,
  audit: auditDemonstration,
  survey: surveyDemonstration,
  aggregation: aggregationDemonstration,
};

function lesson({ skill, rows, length, references }: Bucket, weight: number, random: Random): Lesson {
  const [low, high] = references;
  const demonstrate = () => {
    const count = low + random.integer(high - low + 1);
    return DEMONSTRATE[skill](count, random);
  };
  return { skill, weight, length, demonstrations: Array.from({ length: rows }, demonstrate) };
}
