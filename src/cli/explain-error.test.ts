import { expect, test } from "vitest";
import { EmptyRoundError } from "../core/errors.ts";
import { InvalidOptionError } from "../errors.ts";
import { JournalError, JournalMismatchError } from "../journal/errors.ts";
import { ModelReferenceError } from "../upstream/errors.ts";
import { explainError } from "./explain-error.ts";
import { InputError } from "./input-error.ts";
import { InterruptedError } from "./interrupt.ts";

test.each([
  [new InputError("x"), 2],
  [new InvalidOptionError("widths", "x"), 2],
  [new ModelReferenceError("x"), 2],
  [new JournalMismatchError("/j", "r", ["seed"]), 2],
  [new JournalError("/j", "missing", "is not there."), 2],
  [new JournalError("/j", "full", "is full."), 1],
  [new EmptyRoundError(1, { finished: [], width: 4, notes: [] }), 1],
  [new InterruptedError("SIGINT"), 130],
  [new InterruptedError("SIGTERM"), 143],
  [new Error("x"), 1],
  ["x", 1],
])("%s ends with %i", (error, code) => {
  expect(explainError(error).code).toBe(code);
});

test("options are called what they are called here", () => {
  const error = new EmptyRoundError(1, { finished: [], width: 4, notes: [] });
  expect(explainError(error).message).toBe(
    "Round 1 gave no message; check the model, raise --max-retries, or lower --min-messages.",
  );
  expect(explainError(new InvalidOptionError("budgetMoney", "needs a price.")).message).toBe(
    "--budget-money: needs a price.",
  );
});

test("what is not ours is left as it was said", () => {
  expect(explainError(new Error("contextWindow of the server")).message).toBe("contextWindow of the server");
});

test("a message of several lines is one, without keys", () => {
  expect(explainError(new Error("No.\n  Bearer abcdefgh\n")).message.trim()).toBe("No. [redacted]");
});

test("a full disk is told with what to do", () => {
  const error = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  expect(explainError(error).message).toBe(
    "The disk is full (ENOSPC: no space left on device, write); make room and run the command again.",
  );
});
