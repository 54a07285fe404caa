import { type Format, has, text } from "./format.ts";
import { answerIn, readGold, worklistIn } from "./gold.ts";
import { readResponses } from "./responses.ts";
import { isChat, readTurns, splitReply, structured } from "./turns.ts";

const QUESTION = ["prompt", "question", "problem", "input", "query", "instruction"];
const KEPT = ["kind", "options", "meta"];

/** Our own schema, or anything with a field for the question and one for the answer. */
export const native: Format = {
  name: "plain",
  matches: (row) => has(row, "messages") || QUESTION.some((name) => has(row, name)),
  read(row) {
    const question = QUESTION.find((name) => has(row, name));
    if (!question)
      throw new Error(`has no question (none of ${QUESTION.join(", ")}); name it with --map prompt=FIELD`);
    const value = structured(row[question]);
    const { prompt, reply } = isChat(value) ? splitReply(readTurns(value)) : { prompt: value };
    const given = has(row, "kind");
    const answer = answerIn(row);
    // What an answer means is for the kind to say, if one is given.
    const gold = given ? { ...(answer !== undefined && { answer }) } : readGold(answer, prompt);
    const kept = KEPT.filter((name) => has(row, name)).map((name) => [name, structured(row[name])]);
    const messages = has(row, "messages") ? readResponses(row.messages) : reply && [reply];
    return {
      prompt: worklistIn(prompt) ?? prompt,
      ...gold,
      ...Object.fromEntries(kept),
      ...(messages && { messages }),
      ...(has(row, "id") && { id: text(row, "id") }),
    };
  },
};
