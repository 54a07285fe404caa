import { expect, test } from "vitest";
import { solve } from "../../core/solve.ts";
import { scriptedModel } from "../../testing/scripted-model.ts";
import { plainPaint } from "./paint.ts";
import { receiptTable } from "./receipt-table.ts";
import { displayWidth } from "./text.ts";

const price = { inputPerMillion: 1, outputPerMillion: 10 };

async function receipt() {
  const model = scriptedModel(({ number }) =>
    number === 0 ? { error: new Error("overloaded") } : { text: "42", tokens: 1000, inputTokens: 100 },
  );
  const result = await solve(model, "x", { widths: [4], price, maxRetries: 0 });
  const wallMs = 1000;
  const rounds = result.receipt.rounds.map((round) => ({ ...round, wallMs }));
  return { ...result.receipt, rounds, wallMs };
}

test("the receipt has a row a round and a total; columns with nothing to say are left out", async () => {
  expect(receiptTable(await receipt(), { columns: 120, paint: plainPaint })).toEqual([
    "         K  used  failed  input  text   TTC  money  time",
    "round 1  4     3       1    300  3.0k  3.0k  0.030  1.0s",
    "answer   1     1       0    100  1.0k  1.0k  0.010  1.0s",
    "total                  1    400  4.0k  4.0k  0.040  1.0s",
    "4.0 times one single sample",
    expect.stringMatching(/^! round 1: .*overloaded/),
  ]);
});

test("counts that the model did not report are called estimates", async () => {
  const model = scriptedModel(() => ({ text: "42", tokens: null }));
  const { receipt } = await solve(model, "x", { widths: [1] });
  expect(receiptTable(receipt, { columns: 120, paint: plainPaint })).toContain(
    "some token counts are estimates: the model did not report them",
  );
});

test.each([20, 40, 60])(
  "in %d columns the table gives up columns, not the terminal's edge",
  async (columns) => {
    const lines = receiptTable(await receipt(), { columns, paint: plainPaint });
    for (const line of lines) expect(displayWidth(line)).toBeLessThan(Math.max(columns, 21));
    expect(lines[0]).toContain("TTC");
  },
);
