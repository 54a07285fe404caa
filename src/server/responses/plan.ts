import { problemOf } from "../../core/prompt-slot.ts";
import type { ApiKey } from "../auth/keys-file.ts";
import { checkModel, checkWidths } from "../auth/permissions.ts";
import { checkMessageCount } from "../chat/plan.ts";
import { definedOf, toCall } from "../chat/to-call.ts";
import { toOptions, widthsOf } from "../chat/to-options.ts";
import { ApiError, badRequest } from "../errors/api-error.ts";
import { fieldError } from "../errors/field-error.ts";
import type { JsonObject } from "../http/read-body.ts";
import type { RunPlan } from "../runs/paid-run.ts";
import type { Service } from "../service.ts";
import { asChat } from "./as-chat.ts";
import { type InputItem, type ResponseRequest, responseRequest } from "./schema.ts";
import type { ResponseStore } from "./store.ts";
import { toPrompt } from "./to-prompt.ts";

/** @throws ApiError 400 naming the field. */
export function readRequest(service: Service, body: JsonObject): ResponseRequest {
  checkMessageCount(body.input, service.settings.maxMessages, "input");
  const parsed = responseRequest.safeParse(definedOf(body));
  if (!parsed.success) throw fieldError(parsed.error);
  const { background, store } = parsed.data;
  if (background && store === false) {
    throw badRequest("A background response has to be stored; leave 'store' out.", "store", "invalid_value");
  }
  return parsed.data;
}

/** The whole conversation: earlier turns by `previous_response_id`, then this one's. @throws ApiError 400 */
export function conversationOf(store: ResponseStore, keyId: string, request: ResponseRequest): InputItem[] {
  const { input, previous_response_id: id } = request;
  const own: InputItem[] = typeof input === "string" ? [{ role: "user", content: input }] : input;
  if (id == null) return own;
  const previous = store.get(id);
  if (!previous || previous.keyId !== keyId) {
    throw badRequest(
      `Previous response with id '${id.slice(0, 100)}' not found.`,
      "previous_response_id",
      "previous_response_not_found",
    );
  }
  if (previous.response.status === "queued" || previous.response.status === "in_progress") {
    throw badRequest(
      "The previous response has not ended yet.",
      "previous_response_id",
      "previous_response_not_ended",
    );
  }
  return [...previous.input, ...(previous.response.output as InputItem[]), ...own];
}

export interface Asked {
  id: string;
  key: ApiKey | undefined;
  request: ResponseRequest;
  input: readonly InputItem[];
}

/** The run of a response; the same for the same request, so that it can be resumed. @throws ApiError */
export function planRun(service: Service, { id, key, request, input }: Asked): RunPlan {
  const effort = request.reasoning?.effort;
  const { served, widths: byModel } = service.catalog.choose(request.model, effort ?? undefined);
  checkModel(key, served.id);
  const widths = widthsOf(request.pacore, byModel);
  checkWidths(key, widths, service.settings);
  const chat = asChat(request);
  if (service.catalog.takesEffort(request.model)) chat.reasoning_effort = undefined;
  const prompt = toPrompt(input, request.instructions);
  if (prompt.length === 0) throw badRequest("'input' holds nothing to answer.", "input", "invalid_value");
  if (widths.length > 0) problemOf(prompt);
  return {
    runId: id,
    key,
    served,
    call: { ...toCall(chat, served), prompt },
    options: toOptions(request.pacore, widths),
  };
}

/** The key of a response of an earlier life of the server. @throws ApiError when it has been withdrawn. */
export function keyById({ settings: { keys } }: Service, keyId: string): ApiKey | undefined {
  const key = keys?.find(({ id }) => id === keyId);
  if (keys && !key)
    throw new ApiError(403, {
      message: "The key of this response is no longer valid.",
      code: "key_withdrawn",
    });
  return key;
}
