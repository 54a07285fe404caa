import type { CoordinationEvent } from "../../core/events.ts";

/** Shows a run while it goes. */
export interface View {
  /** Sees every event, in order; `finish` makes it show the answer. */
  show(event: CoordinationEvent): void;
  /** The run is over, well or not: nothing is drawn afterwards. */
  close(): void;
  /** A line beside the answer, once the run is over. */
  tell(lines: readonly string[]): void;
  /** Something that is not an event of the core, for programs that read along. */
  extra(record: { type: string; [field: string]: unknown }): void;
}
