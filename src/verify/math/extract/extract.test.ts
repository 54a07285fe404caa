import { expect, test } from "vitest";
import { scoreMath } from "../score-math.ts";
import { candidates } from "./extract.ts";

const FOUND: [gold: string, message: string][] = [
  [String.raw`$\frac{\sqrt{3}}{2}$`, String.raw`$\boxed{\frac{\sqrt3}2}$`],
  [String.raw`$\text{(B)}$`, String.raw`$\boxed{B}$`],
  ["$x=2$ or $x=-3$", String.raw`$\boxed{-3, 2}$`],
  ["42", "The answer is **42**."],
  ["42", "#### 42"],
  ["42", "Answer: 42"],
  ["3/4", String.raw`Therefore, the probability is $\frac{3}{4}$.`],
  [
    "18",
    "Janet sells 16 - 3 - 4 = 9 duck eggs a day. She makes 9 * 2 = $18 every day at the farmer’s market.",
  ],
  ["70000", "So the profit is $70,000"],
  ["540", "He runs 3*3=9 sprints a week. So he runs 9*60=540 meters"],
  ["10455", "The final answer is 10,455. I hope it is correct."],
  ["7", "\\boxed{7}\n\nLet me double check: 3+4 = 7, and the other is 9."],
  ["14", "There are $14$ apples in total, i.e. fourteen."],
  [String.raw`$\frac{7}{8}$`, String.raw`答案是$\frac{7}{8}$。`],
  ["12", "所以答案为12个。"],
  ["5", "La respuesta es 5."],
  ["5", "La réponse est 5."],
  ["5", "Ответ: 5"],
  ["$k=45, n=2$", String.raw`$$\boxed{k = 45} \quad \text{and} \quad \boxed{n = 2}$$`],
  ["$(2,2),(6,2)$", String.raw`$$\boxed{(2, 2)} \quad \text{and} \quad \boxed{(6, 2)}$$`],
  [String.raw`$\{1,2\}$`, String.raw`\boxed{1} papers and \boxed{2} bins`],
  ["$6,8$", String.raw`\(\boxed{6 \text{ and } 8}\)`],
  ["0.06", String.raw`$$\boxed{0.06 \text{ yuan}}$$`],
  ["$A$", String.raw`The correct option is $\textbf{(A)}$`],
  ["Monday", String.raw`\boxed{\text{Monday}}`],
  ["6", String.raw`\boxed{x=6}`],
  ["17", "First, 3+4=7. Then 7+10 = 17. So the total is 17 apples. "],
  ["5", String.raw`\boxed 5`],
  [String.raw`$\frac{10}{9}$`, "Answer $10/9$"],
  ["-5", "the answer is -5"],
  ["0.4", "so it is .4"],
  ["$9$", String.raw`Answer \boxed{9}`],
  ["13", "एक तालाब में 13 मछलियाँ हैं।"],
  ["92", "ดังนั้น คำตอบคือ 92"],
  ["13", "したがって、答えは 13 です。"],
  ["13", "答えは13個です。"],
  ["25%", "概率是25%。"],
  ["2/5", "答案：每份应该是 2/5 吨。"],
  [String.raw`$\frac{2}{5}$`, String.raw`所以，每份是 $\frac{2}{5}$ 吨。`],
  ["1200", "Le total est de 1 200 euros."],
  ["30", "El resultado es 30."],
  ["24", "Therefore the area is 24 cm²."],
  ["24", "The area is 24 cm^2."],
  [String.raw`$\frac{1}{3}$`, "**Final Answer**\n$\\frac{1}{3}$"],
  [String.raw`$\frac{1}{3}$`, String.raw`**Answer:** $\dfrac{1}{3}$`],
  [String.raw`$\frac{1}{3}$`, String.raw`The final answer is: $\boxed{\frac{1}{3}}$`],
  ["3", "The final answer is $x = 3$."],
  [String.raw`$\frac{3}{4}$`, "### Final Answer\n\n\\[\n\\frac{3}{4}\n\\]"],
  ["204", String.raw`Thus the answer is $\boxed{204}$. Check: $200+4=204$.`],
  ["60", String.raw`So $\angle ABC = 60^\circ$.`],
  ["(2,3)", "The intersection point is $(2, 3)$."],
  ["$x^2+1$", "$f(x) = x^2 + 1$ is the answer"],
  [String.raw`$\{2, 3\}$`, "The solutions are $x = 2$ and $x = 3$."],
  ["$2, 3$", "The solutions are $x = 2$, $x = 3$."],
  [String.raw`$\frac{1}{2}$`, String.raw`\boxed{\dfrac{1}{2}}`],
  [String.raw`$\text{(C)}$`, String.raw`The answer is $\text{C}$.`],
  ["32349", String.raw`$\boxed{32{,}349}$`],
  ["C", String.raw`\boxed{C}`],
  ["$2.0$", String.raw`$\boxed{2}$`],
];

test.each(FOUND)("%s is found in: %s", (gold, message) => {
  expect(scoreMath(message, gold)).toMatchObject({ value: 1 });
});

const NOT_FOUND: [gold: string, message: string][] = [
  [String.raw`$\text{(B)}$`, String.raw`$\boxed{D}$`],
  ["9", "\\boxed{7}\n\nLet me double check: 3+4 = 7, and the other is 9."],
  ["C", String.raw`\boxed{c+1}`],
  ["$12$", "The answer is 13. Earlier I had 12."],
  ["12", String.raw`\boxed{13} is wrong so I say \boxed{14}`],
];

test.each(NOT_FOUND)("%s is not taken from: %s", (gold, message) => {
  expect(scoreMath(message, gold).value).toBe(0);
});

const first = (message: string, ...sources: ("latex" | "plain")[]) =>
  candidates(message, sources.length > 0 ? sources : undefined).next().value?.text;

test("the last box wins over everything before and after it", () => {
  expect(first("The answer is 3. $4$ \\boxed{5}, I think, \\boxed{6}. Then 7.")).toBe("6");
});

test("boxes with a comma, a word for and, or nothing between them are one list", () => {
  expect(first("\\boxed{1}, \\boxed{2} and \\boxed{3}")).toBe("1, 2, 3");
  expect(first("\\boxed{1}\\boxed{2}")).toBe("1, 2");
  expect(first("\\boxed{1}. So it is \\boxed{2}")).toBe("2");
  expect(first("\\boxed{2} and again \\boxed{2}")).toBe("2");
});

test("a box that is never closed ends with its line", () => {
  expect(first("$\\boxed{28\nand more")).toBe("28");
});

test("reasoning and the next turn are left out", () => {
  expect(first("<think>\\boxed{1}</think>It is $2$.")).toBe("2");
  expect(first("It is $2$.<|im_end|>\n<|im_start|>user \\boxed{3}")).toBe("2");
});

test("money is no mathematics", () => {
  expect(first("It costs $5 and then $7 more, so the answer is 12.")).toBe("12");
});

test("mathematics in a line does not go over its end", () => {
  expect(first("Answer $ \n 9 \n $", "latex")).toBeUndefined();
  expect(first("Answer \\( \n 9 \n \\)", "latex")).toBeUndefined();
  expect(first("Answer \\[ \n 9 \n \\]", "latex")).toBe("9");
});

test("a number inside a word is none", () => {
  expect(scoreMath("see AZYUK2A in the table, please", "2").value).toBe(0);
  expect(scoreMath("AZYUK2A", "2").value).toBe(0);
});

test("commands that were escaped twice are commands", () => {
  expect(first("so \\\\boxed{\\\\frac{1}{2}}")).toBe("\\frac{1}{2}");
});
