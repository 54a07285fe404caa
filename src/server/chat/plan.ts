import { randomUUID } from "node:crypto";
import { problemOf } from "../../core/prompt-slot.ts";
import type { ApiKey } from "../auth/keys-file.ts";
import { checkModel, checkWidths } from "../auth/permissions.ts";
import { badRequest } from "../errors/api-error.ts";
import { fieldError } from "../errors/field-error.ts";
import type { JsonObject } from "../http/read-body.ts";
import type { Chosen } from "../models/catalog.ts";
import type { RunPlan } from "../runs/paid-run.ts";
import type { Service } from "../service.ts";
import type { Envelope } from "./completion.ts";
import { type ChatRequest, chatRequest } from "./schema.ts";
import { definedOf, toCall } from "./to-call.ts";
import { toOptions, widthsOf } from "./to-options.ts";

export interface ChatPlan {
  request: ChatRequest;
  envelope: Envelope;
  /** One run a choice. */
  runs: RunPlan[];
  progress: boolean;
}

/** Which model a body asks for, and whether its key may. @throws ApiError */
export function chooseModel(
  service: Service,
  key: ApiKey | undefined,
  { model, reasoning_effort: effort }: JsonObject,
): Chosen {
  if (typeof model !== "string" || model === "") {
    const problem =
      model === undefined ? "Missing required parameter: 'model'." : "'model' must be a string.";
    throw badRequest(problem, "model", "missing_required_parameter");
  }
  const chosen = service.catalog.choose(model, typeof effort === "string" ? effort : undefined);
  checkModel(key, chosen.served.id);
  return chosen;
}

/** Everything about a request that can be known before anything is paid. @throws ApiError */
export function planChat(
  service: Service,
  key: ApiKey | undefined,
  body: JsonObject,
  chosen: Chosen,
): ChatPlan {
  const { maxMessages, maxChoices, progress } = service.settings;
  checkMessageCount(body.messages, maxMessages, "messages");
  const parsed = chatRequest.safeParse(definedOf(body));
  if (!parsed.success) throw fieldError(parsed.error);
  const request = parsed.data;
  const choices = request.n ?? 1;
  if (choices > maxChoices) throw badRequest(`'n' is at most ${maxChoices} here.`, "n", "invalid_value");
  const widths = widthsOf(request.pacore, chosen.widths);
  checkWidths(key, widths, service.settings);
  const { served } = chosen;
  // Where the effort chose the widths, it is used up: the model's own effort is another thing.
  if (service.catalog.takesEffort(request.model)) delete request.reasoning_effort;
  const call = toCall(request, served);
  // Rather now than when the first round is paid for.
  if (widths.length > 0) problemOf(call.prompt);
  const options = toOptions(request.pacore, widths);
  const id = `chatcmpl-${randomUUID().replaceAll("-", "")}`;
  const runs = Array.from({ length: choices }, (_, i) => ({
    runId: choices === 1 ? id : `${id}-${i}`,
    key,
    served,
    call,
    options: choices === 1 ? options : { ...options, ...seedOf(request, i) },
  }));
  return {
    request,
    envelope: { id, created: Math.floor(Date.now() / 1000), model: request.model },
    runs,
    progress: request.pacore?.progress ?? progress,
  };
}

/** Refused before the schema looks at each: a million turns would keep it busy for seconds. */
export function checkMessageCount(messages: unknown, most: number, param: string): void {
  if (Array.isArray(messages) && messages.length > most) {
    throw badRequest(
      `'${param}' has ${messages.length} entries; at most ${most} are read.`,
      param,
      "array_above_max_length",
    );
  }
}

/** Choices of one seeded request differ, and again in the same way. */
function seedOf({ pacore, seed }: ChatRequest, choice: number): { seed?: number } {
  const given = pacore?.seed ?? seed;
  return given == null ? {} : { seed: given + choice * SEED_STRIDE };
}

/** More than any run has calls. */
const SEED_STRIDE = 1_000_003;
