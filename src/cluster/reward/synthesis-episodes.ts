import { z } from "zod";
import { issueOf, type Problem } from "../../data/problem.ts";
import { ApiError, badRequest } from "../../server/errors/api-error.ts";
import { type EnvironmentOptions, SynthesisEnvironment } from "../../train/environment.ts";
import type { Instance } from "../../train/instance.ts";
import { BoundedMap } from "./bounded-map.ts";
import { floatJson, floatsJson } from "./float-json.ts";
import { encodeLabel } from "./label.ts";
import type { RewardService } from "./reward-service.ts";

/** Which pool is drawn from, and how; defaults are the paper's. */
export type EpisodeOptions = Pick<EnvironmentOptions, "entries"> &
  Partial<Pick<EnvironmentOptions, "messagesMin" | "messagesMax" | "instances" | "seed">>;

const place = z.int().min(0).max(1e9);
const resetSchema = z.strictObject({
  seed: place.optional(),
  iteration: place.optional(),
  index: place.optional(),
});
const stepSchema = z.strictObject({
  id: z.string(),
  text: z.string(),
  truncated: z.boolean().nullish(),
});

/** Iterations whose instances are kept. */
const KNOWN = 64;

/**
 * The synthesis step (§2.2) as an environment over HTTP. An episode's id says where it was drawn, so that it needs no
 * memory: it may be stepped again, by anyone, after a restart too.
 */
export class SynthesisEpisodes {
  readonly #options: Omit<EnvironmentOptions, "seed" | "score" | "cutOffReward">;
  readonly #seed: number;
  readonly #service: RewardService;
  readonly #drawn = new BoundedMap<string, Instance[]>(KNOWN);
  #next = 0;

  /** @throws {InvalidOptionError} for a pool that is empty, or has a problem with too few messages. */
  constructor(service: RewardService, options: EpisodeOptions) {
    const { entries, instances = 16, messagesMin = 16, messagesMax = 24, seed = 0 } = options;
    this.#service = service;
    this.#seed = seed;
    this.#options = { entries, instances, messagesMin, messagesMax };
    this.#environment(seed);
  }

  /** `{seed?, iteration?, index?}` → a prompt. Without a place: the next one. As JSON. @throws {ApiError} 400 */
  reset(body: Record<string, unknown>): string {
    const asked = resetSchema.safeParse(body);
    if (!asked.success) throw badRequest(issueOf(asked.error), asked.error.issues[0]?.path.join("."));
    const { seed = this.#seed, iteration = this.#iterationAfter(asked.data.index), index } = asked.data;
    const at = index ?? (asked.data.iteration === undefined ? this.#next++ % this.#options.instances : 0);
    const instance = this.#instance(seed, iteration, at);
    if (!instance)
      throw badRequest(`An iteration has ${this.#options.instances} instances, from 0.`, "index");
    const { entry, messages, prompt } = instance;
    return JSON.stringify({
      id: idOf(seed, iteration, at),
      prompt: chatOf(entry.problem, prompt),
      problem: entry.problem.id,
      kind: entry.problem.kind,
      messages: messages.length,
    });
  }

  /** Places that nobody named are drawn one after the other. */
  #iterationAfter(index: number | undefined): number {
    return index === undefined ? Math.floor(this.#next / this.#options.instances) : 0;
  }

  /** `{id, text, truncated?}` → `{reward, done, info}`, as JSON; numbers are floats. @throws {ApiError} 400 or 404 */
  async step(body: Record<string, unknown>): Promise<string> {
    const asked = stepSchema.safeParse(body);
    if (!asked.success) throw badRequest(issueOf(asked.error), asked.error.issues[0]?.path.join("."));
    const { id, text, truncated } = asked.data;
    const [, seed, iteration, index] = /^(\d{1,10})-(\d{1,10})-(\d{1,10})$/.exec(id) ?? [];
    const instance = this.#instance(Number(seed), Number(iteration), Number(index));
    if (!instance)
      throw new ApiError(404, { message: "There is no episode of this id; reset gives one.", param: "id" });
    const { entry, messages } = instance;
    const right = messages.filter(({ score }) => score === 1).length;
    const label = encodeLabel(id, entry.problem, { messages: messages.length, right });
    const { problem } = entry;
    const sample = { query: text, prompt: "", label, truncated: truncated ?? false, problem };
    const paid = await this.#service.scoreOnce(sample);
    return `{"reward":${floatJson(paid.reward)},"done":true,"info":${floatsJson({ ...paid.logs })}}`;
  }

  #instance(seed: number, iteration: number, index: number): Instance | undefined {
    if (![seed, iteration, index].every(Number.isSafeInteger)) return undefined;
    const key = `${seed}-${iteration}`;
    const known = this.#drawn.get(key) ?? this.#environment(seed).draw(iteration);
    this.#drawn.set(key, known);
    return known[index];
  }

  /** Drawing is the environment's; responses are scored as those of an engine are. */
  #environment(seed: number): SynthesisEnvironment {
    return new SynthesisEnvironment({ ...this.#options, seed, cutOffReward: 0, score: async () => null });
  }
}

const idOf = (...places: number[]): string => places.join("-");

/** The problem's chat with P(x, M) in the place of x: all other turns stay. */
function chatOf({ prompt }: Problem, text: string): unknown[] {
  const turns: readonly { role: string; content: unknown }[] =
    typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt;
  const last = turns.findLastIndex(({ role }) => role === "user");
  return turns.map((turn, i) => (i === last ? { ...turn, content: text } : turn));
}
