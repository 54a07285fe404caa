import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { BudgetTooSmallError } from "../../core/budget.ts";
import { coordinate } from "../../core/coordinate.ts";
import type { Widths } from "../../core/effort.ts";
import type { CoordinationEvent } from "../../core/events.ts";
import type { Journal } from "../../core/journal.ts";
import type { CoordinateOptions } from "../../core/options.ts";
import type { SolveResult } from "../../core/result.ts";
import { addUsage, NO_USAGE } from "../../core/usage.ts";
import type { Admission, Ticket } from "../admission/fair-queue.ts";
import { exhausted } from "../auth/allowance.ts";
import type { ApiKey } from "../auth/keys-file.ts";
import type { TraceCarrier } from "../http/client.ts";
import type { ServedModel } from "../models/catalog.ts";
import type { Service } from "../service.ts";
import { SuspendedError } from "./leaving.ts";

export interface RunPlan {
  runId: string;
  key: ApiKey | undefined;
  served: ServedModel;
  call: LanguageModelV4CallOptions;
  options: CoordinateOptions;
  /** The caller's own span. */
  trace?: TraceCarrier | undefined;
}

export interface AdmittedRun {
  plan: RunPlan;
  ticket: Ticket;
  signal: AbortSignal;
  journal?: Journal | undefined;
}

/**
 * Queue the runs of one request. Patient ones, that nobody waits for, may wait for ever.
 * @throws ApiError 429 or 503 at once if there is no room even to wait.
 */
export function admit(
  service: Service,
  plans: readonly RunPlan[],
  signal: AbortSignal,
  how: Pick<Admission, "patient" | "again"> = {},
): Ticket {
  const key = plans[0]?.key;
  const calls = plans.reduce((sum, { options }) => sum + Math.max(1, ...(options.widths as Widths)), 0);
  return service.queue.enter({
    keyId: key?.id ?? "",
    calls,
    signal,
    keyConcurrency: key?.concurrency,
    ...how,
  });
}

/**
 * One coordinated run with everything that a server owes for it: its turn in the queue, its key's budget
 * reserved before anything is spent, metrics, a log line, spans. Yields the run's events. The ticket is its
 * request's, and stays taken.
 */
export async function* paidRun(
  service: Service,
  { plan, ticket, signal, journal }: AdmittedRun,
): AsyncGenerator<CoordinationEvent, void, undefined> {
  const { runId, key, served, call, options } = plan;
  const watch = service.observer.startRun({
    runId,
    keyId: key?.id,
    model: served.id,
    provider: served.provider,
    widths: options.widths as Widths,
    trace: plan.trace,
  });
  let used = NO_USAGE;
  let settle = (_used: typeof used) => {};
  // Unless it gets to its end, or fails: its reader has no use for the rest.
  let end = () => watch.failed(new Error("The run was left before its end."), used, true);
  try {
    await ticket.ready;
    watch.started();
    const reservation = service.allowances.reserve(key, { ...mostOf(plan), price: served.price });
    settle = reservation.settle;
    const limits = {
      ...(reservation.tokens !== undefined && { budgetTokens: reservation.tokens }),
      ...(reservation.money !== undefined && { budgetMoney: reservation.money }),
      ...(served.price && { price: served.price }),
      concurrency: service.settings.maxCalls,
    };
    const settings = { ...options, ...limits, runId, stream: true, progressIntervalMs: 1000, journal };
    for await (const event of coordinate(served.model, { ...call, abortSignal: signal }, settings)) {
      // Of a resumed run nothing was booked yet: its earlier life did not come to that.
      if (event.type === "trajectory-end" && (journal || !event.replayed)) {
        used = addUsage(used, event.trajectory.usage);
      }
      watch.saw(event);
      yield event;
    }
    end = () => watch.ended(used);
  } catch (thrown) {
    const error = thrown instanceof BudgetTooSmallError && key ? notEnoughLeft(plan, thrown) : thrown;
    end = () => watch.failed(error, used, signal.aborted);
    throw error;
  } finally {
    settle(signal.reason instanceof SuspendedError ? NO_USAGE : used);
    end();
  }
}

/** The request's own budget is the client's to mend; what its key has left is not. */
function notEnoughLeft({ options }: RunPlan, error: BudgetTooSmallError): Error {
  return options.budgetTokens === undefined && options.budgetMoney === undefined
    ? exhausted("tokens")
    : error;
}

/** The most that a run can generate, as far as its caller bounded it: what is cut off may be asked once more. */
function mostOf({ call, options }: RunPlan): { tokens: number | undefined; money: number | undefined } {
  const hidden = (options.widths as Widths).reduce((sum, width) => sum + width, 0);
  const calls = 1 + ((options.onCutOff ?? "retry") === "retry" ? 2 * hidden : hidden);
  const byCap = call.maxOutputTokens === undefined ? undefined : call.maxOutputTokens * calls;
  const bounds = [byCap, options.budgetTokens].filter((bound) => bound !== undefined);
  return { tokens: bounds.length > 0 ? Math.min(...bounds) : undefined, money: options.budgetMoney };
}

/** Drain a run to its result. */
export async function resultOf(events: AsyncIterable<CoordinationEvent>): Promise<SolveResult> {
  let result: SolveResult | undefined;
  for await (const event of events) if (event.type === "finish") result = event.result;
  if (!result) throw new Error("The run ended without a result.");
  return result;
}
