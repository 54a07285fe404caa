import { randomBytes } from "node:crypto";

export interface ReasoningItem {
  type: "reasoning";
  id: string;
  summary: { type: "summary_text"; text: string }[];
  content?: { type: "reasoning_text"; text: string }[];
  encrypted_content: null;
  status: ItemStatus;
}

export interface MessageItem {
  type: "message";
  id: string;
  role: "assistant";
  content: OutputText[];
  status: ItemStatus;
}

export interface OutputText {
  type: "output_text";
  text: string;
  annotations: [];
  logprobs: [];
}

export interface FunctionCallItem {
  type: "function_call";
  id: string;
  call_id: string;
  name: string;
  arguments: string;
  status: ItemStatus;
}

type ItemStatus = "in_progress" | "completed" | "incomplete";
export type OutputItem = ReasoningItem | MessageItem | FunctionCallItem;

export const itemId = (prefix: "rs" | "msg" | "fc" | "resp") =>
  `${prefix}_${randomBytes(24).toString("hex")}`;

export const outputText = (text: string): OutputText => ({
  type: "output_text",
  text,
  annotations: [],
  logprobs: [],
});

/** To be made JSON before the next one is asked for: its item goes on changing. */
export interface ResponseEvent {
  type: string;
  sequence_number: number;
  [field: string]: unknown;
}

/** Makes the next event. */
export type EmitEvent = (type: string, fields: object) => ResponseEvent;
