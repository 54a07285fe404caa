import { inflateSync } from "node:zlib";
import { z } from "zod";
import { readPickle } from "../pickle.ts";
import { type Format, has, pick, text } from "./format.ts";

/** Hidden tests of one problem, unpacked; more is an attack or a damaged file. */
const MOST_TEST_BYTES = 512 << 20;

const testsSchema = z.array(
  z.object({ input: z.string(), output: z.string(), testtype: z.enum(["stdin", "functional"]) }),
);

/** LiveCodeBench (code_generation_lite): public tests as JSON, hidden ones packed; all count. */
export const liveCodeBench: Format = {
  name: "livecodebench",
  matches: (row) => has(row, "question_content", "public_test_cases"),
  read(row) {
    const tests = [...readTests(row.public_test_cases), ...readTests(row.private_test_cases)];
    if (tests.length === 0) throw new Error("has no tests");
    const starter = has(row, "starter_code") ? String(row.starter_code) : "";
    const functionName = functionNameOf(row.metadata);
    return {
      id: text(row, "question_id"),
      prompt: promptOf(text(row, "question_content"), starter),
      answer: { tests, ...(functionName && { func_name: functionName }) },
      kind: "code",
      options: { language: "python" },
      ...pick(row, "question_title", "platform", "contest_date", "difficulty"),
    };
  },
};

function readTests(packed: unknown): z.infer<typeof testsSchema> {
  if (packed === undefined || packed === null || packed === "") return [];
  const source = String(packed).trimStart();
  return testsSchema.parse(JSON.parse(source.startsWith("[") ? source : unpackTests(source)));
}

/** base64 → zlib → a Python pickle of one JSON text. */
export function unpackTests(packed: string): string {
  const bytes = inflateSync(Buffer.from(packed, "base64"), { maxOutputLength: MOST_TEST_BYTES });
  const value = readPickle(bytes);
  if (typeof value !== "string") throw new Error("has hidden tests that are no JSON text");
  return value;
}

function functionNameOf(metadata: unknown): string | undefined {
  const value = typeof metadata === "string" && metadata !== "" ? JSON.parse(metadata) : metadata;
  const name = (value as { func_name?: unknown } | null | undefined)?.func_name;
  return typeof name === "string" ? name : undefined;
}

/** The benchmark's own wording of what form the program must have. */
function promptOf(question: string, starter: string): string {
  const format =
    starter.trim() === ""
      ? "Read the inputs from stdin, solve the problem, and write the answer to stdout (do not directly test on the sample inputs). Enclose your code within delimiters as follows. Ensure that when the python program runs, it reads the inputs, runs the algorithm and writes output to STDOUT.\n```python\n# YOUR CODE HERE\n```"
      : `You will use the following starter code to write the solution to the problem and enclose your code within delimiters.\n\`\`\`python\n${starter}\n\`\`\``;
  return `### Question:\n${question}\n\n### Format: ${format}\n\n### Answer: (use the provided format with backticks)\n\n`;
}
