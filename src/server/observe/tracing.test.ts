import { expect, test } from "vitest";
import { NO_USAGE } from "../../core/usage.ts";
import type { ServerLog } from "./log.ts";
import { createTracing } from "./tracing.ts";

test.each([
  {},
  { OTEL_TRACES_EXPORTER: "" },
  { OTEL_TRACES_EXPORTER: "console", OTEL_SDK_DISABLED: "true" },
  { OTEL_TRACES_EXPORTER: "none" },
])("with %j nothing is loaded and nothing is said", async (env) => {
  const said: unknown[] = [];
  const note = (...line: unknown[]) => void said.push(line);
  const log = { debug: note, info: note, warn: note, error: note } as unknown as ServerLog;
  const tracing = await createTracing(log, env);
  tracing.startRun({ runId: "r", model: "m", provider: "openai", widths: [] }).end(NO_USAGE);
  await tracing.close();
  expect(said).toEqual([]);
});
