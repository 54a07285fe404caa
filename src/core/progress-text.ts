import type { CoordinationEvent } from "./events.ts";

/** 48210 → "48k". */
export function shortCount(count: number): string {
  if (count < 1000) return String(count);
  if (count < 10_000) return `${(count / 1000).toFixed(1)}k`;
  return count < 1e6 ? `${Math.round(count / 1000)}k` : `${(count / 1e6).toFixed(1)}M`;
}

/**
 * Turns events into short lines for a reader who waits: "round 1: 12 of 32, 48k tokens". At most one a second
 * between the rounds' beginnings and ends, so that a wide round is not a wall of text.
 */
export function progressText(now: () => number = Date.now): (event: CoordinationEvent) => string | undefined {
  let round = { number: 0, width: 0, done: 0 };
  let final = false;
  let ended = 0;
  let running = new Map<string, number>();
  let toldAt = Number.NEGATIVE_INFINITY;

  const status = () => {
    toldAt = now();
    const tokens = [...running.values()].reduce((sum, count) => sum + count, ended);
    return `round ${round.number}: ${round.done} of ${round.width}, ${shortCount(tokens)} tokens\n`;
  };

  return (event) => {
    // The last round is told by its own parts.
    if (final && event.type.startsWith("trajectory-")) return undefined;
    switch (event.type) {
      case "round-start":
        round = { number: event.round, width: event.width, done: 0 };
        final = event.final;
        running = new Map();
        ended = 0;
        toldAt = now();
        if (!event.final) return `round ${event.round}: ${event.width} trajectories\n`;
        return event.messages > 0 ? `synthesising ${event.messages} conclusions\n` : undefined;
      case "trajectory-progress":
        running.set(`${event.index}/${event.attempt}`, event.tokens);
        return now() - toldAt >= 1000 ? status() : undefined;
      case "trajectory-end": {
        const { index, attempt, usage, outcome } = event.trajectory;
        running.delete(`${index}/${attempt}`);
        ended += usage.output;
        if (outcome === "finished") round.done++;
        return round.done === round.width || now() - toldAt >= 1000 ? status() : undefined;
      }
      case "exploration-stopped":
        return `round ${event.round}: stopped early (${event.reason}), ${event.detail}\n`;
      case "trajectory-lost":
        return `round ${event.round}: a trajectory was lost, ${event.reason}\n`;
      default:
        return undefined;
    }
  };
}
