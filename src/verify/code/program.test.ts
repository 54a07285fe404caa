import { expect, test } from "vitest";
import { withDriver } from "./drivers.ts";
import { extractProgram, namedLanguage } from "./program.ts";

test.each([
  ["x\n```python\na\n```\ny\n```python\nb\n```", "b"],
  ["```python\na\n```\nIt prints:\n```\n3\n```", "a"],
  ["```\na\n```", "a"],
  ["```cpp\na\n```", null],
  ["```py\nprint('```')\n```", "print('```')"],
  ["~~~python3\n```\n~~~", "```"],
  ["print(1)", "print(1)"],
  ["```python\nprint(1)", null],
  [" \n", null],
  ["```python\r\nä\r\n```\r\n", "ä\r"],
])("the program of %j is %j", (message, source) => {
  expect(extractProgram(message, "python")).toBe(source);
});

test("a function's name from a data set cannot become code", () => {
  for (const language of ["python", "cpp", "javascript"] as const)
    expect(() => withDriver({ language, source: "", functionName: 'f"]; evil()' })).toThrow("no name");
});

test("a message names its language by its last fence that has one", () => {
  expect(namedLanguage("```py\na\n```\nbetter:\n```c++\nb\n```\n```\nc\n```")).toBe("cpp");
  expect(namedLanguage("```brainfuck\n+\n```")).toBeUndefined();
  expect(namedLanguage("```js\ncut off")).toBeUndefined();
});
