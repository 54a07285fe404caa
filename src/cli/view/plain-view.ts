import type { CoordinationEvent } from "../../core/events.ts";
import { percent, shortCount, shortDuration, widthsText } from "./figures.ts";
import { plainPaint } from "./paint.ts";
import { receiptTable } from "./receipt-table.ts";
import { oneLine, truncate } from "./text.ts";
import type { View } from "./view.ts";
import { writeAnswer } from "./write-answer.ts";

const LINE_COLUMNS = 110;

/** One line for everything worth one, for logs and for terminals that cannot be redrawn. */
export function plainView(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): View {
  const told = plainLines();
  const tell = (lines: readonly string[]) => {
    for (const line of lines) stderr.write(`${line}\n`);
  };
  return {
    show: (event) => {
      tell(told(event));
      if (event.type !== "finish") return;
      writeAnswer(stdout, event.result);
      tell(receiptTable(event.result.receipt, { columns: LINE_COLUMNS, paint: plainPaint }));
    },
    close: () => {},
    tell,
    extra: () => {},
  };
}

/** The lines an event is worth. */
export function plainLines(): (event: CoordinationEvent) => string[] {
  let width = 0;
  let final = false;
  let conclusions = 0;
  const line = (text: string) => [truncate(text, LINE_COLUMNS)];
  return (event) => {
    switch (event.type) {
      case "run-start": {
        const resumed = event.resumed ? ", resumed" : "";
        return line(`run ${event.runId}: ${widthsText(event.widths)} on ${event.modelId}${resumed}`);
      }
      case "round-start":
        ({ width, final } = event);
        conclusions = 0;
        if (!final) return line(`round ${event.round}: ${width} trajectories`);
        return line(
          event.messages > 0
            ? `answer: synthesising ${event.messages} conclusions`
            : "answer: one plain call",
        );
      case "trajectory-end": {
        const { round, message, outcome } = event.trajectory;
        if (final || message === null || outcome === "cancelled") return [];
        const from = event.replayed ? " (from the journal)" : "";
        return line(`round ${round}: ${++conclusions} of ${width}${from}: ${oneLine(message)}`);
      }
      case "trajectory-retry": {
        const wait = event.delayMs > 0 ? ` in ${shortDuration(event.delayMs)}` : "";
        return line(
          `round ${event.round}: trajectory ${event.index + 1} again${wait}: ${oneLine(event.reason)}`,
        );
      }
      case "trajectory-lost":
        return line(`round ${event.round}: trajectory ${event.index + 1} is lost: ${oneLine(event.reason)}`);
      case "messages-fitted":
        return line(
          `round ${event.round}: ${event.trimmed} messages trimmed, ${event.dropped} dropped for the context window`,
        );
      case "exploration-stopped":
        return line(`round ${event.round}: stopped exploring early (${event.reason}): ${event.detail}`);
      case "round-end": {
        if (final) return [];
        const { effectiveWidth, ttc, wallMs } = event.receipt;
        const figures = `${shortCount(ttc)} tokens, ${shortDuration(wallMs)}, agreement ${percent(event.agreement)}`;
        return line(`round ${event.round}: done, ${effectiveWidth} of ${width} conclusions, ${figures}`);
      }
      case "trajectory-start":
      case "trajectory-progress":
      case "trajectory-delta":
      case "finish":
        return [];
      default:
        return event satisfies never;
    }
  };
}
