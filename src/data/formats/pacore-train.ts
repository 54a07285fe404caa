import { type Format, has, text } from "./format.ts";
import { readGold, worklistIn } from "./gold.ts";
import { readResponses } from "./responses.ts";
import { isChat, readTurns, structured } from "./turns.ts";

/** PaCoRe-Train-8k: `conversation`, the cached message pool `responses`, `ground_truth`. */
export const pacoreTrain: Format = {
  name: "pacore-train",
  matches: (row) => has(row, "conversation", "ground_truth"),
  read(row) {
    const value = structured(row.conversation);
    const conversation = isChat(value) ? readTurns(value) : value;
    const gold = readGold(row.ground_truth, conversation);
    if (gold.answer === undefined || gold.answer === "") throw new Error("has no ground_truth");
    return {
      prompt: worklistIn(conversation) ?? conversation,
      ...gold,
      // The column's one type is a text.
      ...(typeof gold.answer === "number" && { answer: String(gold.answer) }),
      ...(has(row, "responses") && { messages: readResponses(row.responses) }),
      ...(has(row, "id") && { id: text(row, "id") }),
    };
  },
};
