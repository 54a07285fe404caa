import { expect, test } from "vitest";
import { type Script, scriptedModel } from "../testing/scripted-model.ts";
import { type JudgeOptions, judgeVerifier } from "./judge.ts";

const votesOf = (...texts: (string | Error)[]): Script => {
  return ({ number }) => {
    const text = texts[number % texts.length] as string | Error;
    return text instanceof Error ? { error: text } : text;
  };
};

const judge = (script: Script, options?: JudgeOptions) =>
  judgeVerifier(scriptedModel(script), options).score("so 4", "4");

const RIGHT = "They are the same.\nVERDICT: CORRECT";
const WRONG = "**Verdict:** INCORRECT";

test("the last verdict counts", async () => {
  expect(await judge(votesOf(RIGHT))).toMatchObject({ value: 1, answer: "so 4" });
  expect(await judge(votesOf(WRONG))).toMatchObject({ value: 0 });
  expect(await judge(votesOf(`VERDICT: INCORRECT? No. ${RIGHT}`))).toMatchObject({ value: 1 });
  expect(await judge(votesOf(`<think>VERDICT: CORRECT</think>VERDICT: INCORRECT`))).toMatchObject({
    value: 0,
  });
});

test("a vote without a verdict, or that fails, makes it unscored", async () => {
  expect(await judge(votesOf("I would say it is correct."))).toMatchObject({ value: "unscored" });
  expect(await judge(votesOf(new Error("overloaded")))).toMatchObject({
    value: "unscored",
    explanation: "0 of 1 votes for right, 0 for wrong; overloaded.",
  });
});

test("more than half of the votes decide", async () => {
  expect(await judge(votesOf(RIGHT, WRONG, RIGHT), { votes: 3 })).toMatchObject({ value: 1 });
  expect(await judge(votesOf(RIGHT, WRONG), { votes: 2 })).toMatchObject({ value: "unscored" });
  expect(await judge(votesOf(RIGHT, "?", RIGHT), { votes: 3 })).toMatchObject({ value: 1 });
});

test("unanimity takes all votes", async () => {
  const options = { votes: 4, agreement: "unanimous" } as const;
  expect(await judge(votesOf(RIGHT), options)).toMatchObject({ value: 1 });
  expect(await judge(votesOf(WRONG), options)).toMatchObject({ value: 0 });
  expect(await judge(votesOf(RIGHT, RIGHT, RIGHT, WRONG), options)).toMatchObject({ value: "unscored" });
  expect(await judge(votesOf(RIGHT, RIGHT, RIGHT, "?"), options)).toMatchObject({ value: "unscored" });
});

test("votes have seeds of their own and see both answers", async () => {
  const model = scriptedModel(votesOf(RIGHT));
  await judgeVerifier(model, { votes: 2, seed: 7 }).score("PREDICTED", "EXPECTED");
  expect(model.calls.map(({ seed }) => seed)).toEqual([7, 8]);
  expect(JSON.stringify(model.calls[0]?.prompt)).toMatch(/EXPECTED[\s\S]*PREDICTED/);
});

test("a judge that does not answer in time is unscored", async () => {
  expect(await judge(() => ({ text: RIGHT, delayMs: 60_000 }), { timeoutMs: 1 })).toMatchObject({
    value: "unscored",
    explanation: "0 of 1 votes for right, 0 for wrong; no verdict within 1 ms.",
  });
});

test("the caller's abort is no score", async () => {
  const model = scriptedModel(() => ({ text: RIGHT, delayMs: 60_000 }));
  const signal = AbortSignal.abort(new Error("stop"));
  await expect(judgeVerifier(model).score("4", "4", { signal })).rejects.toThrow("stop");
});

test("a judge without votes is refused", () => {
  expect(() =>
    judgeVerifier(
      scriptedModel(() => ""),
      { votes: 0 },
    ),
  ).toThrow("votes");
});
