/** Where models come from: references, endpoints, balancing, prices, and what is wrong with an endpoint. */
export { type BalanceOptions, DEFAULT_CONCURRENCY } from "./balance.ts";
export type { BreakerOptions, CircuitState } from "./circuit-breaker.ts";
export { type CollapsingFetch, collapsingFetch } from "./collapsing-fetch.ts";
export { type CheckStatus, type DiagnoseOptions, diagnose, type Finding } from "./doctor.ts";
export { EndpointModel, type EndpointModelOptions } from "./endpoint-model.ts";
export type { EndpointStats } from "./endpoints.ts";
export { type FailureKind, MissingProviderError, ModelReferenceError, UpstreamError } from "./errors.ts";
export { parsePrice, readPrices } from "./prices.ts";
export { describeModel, type ModelReference, type ResolveOptions, resolveModel } from "./resolve.ts";
export type { TransportOptions } from "./transport.ts";
