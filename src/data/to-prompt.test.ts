import { expect, test } from "vitest";
import { textOfProblem, toPrompt } from "./to-prompt.ts";

test("a chat with a picture keeps its turns and the picture", () => {
  const prompt = [
    { role: "system" as const, content: "Be brief." },
    { role: "assistant" as const, content: "Hi" },
    {
      role: "user" as const,
      content: [
        { type: "text" as const, text: "What is it?" },
        { type: "image_url" as const, image_url: { url: "data:image/png;base64,AAAA" } },
        { type: "image_url" as const, image_url: { url: "https://example.org/a.png" } },
      ],
    },
  ];
  expect(toPrompt({ prompt })).toEqual([
    { role: "system", content: "Be brief." },
    { role: "assistant", content: [{ type: "text", text: "Hi" }] },
    {
      role: "user",
      content: [
        { type: "text", text: "What is it?" },
        { type: "file", mediaType: "image/png", data: { type: "data", data: "AAAA" } },
        {
          type: "file",
          mediaType: "image/*",
          data: { type: "url", url: new URL("https://example.org/a.png") },
        },
      ],
    },
  ]);
  expect(textOfProblem({ prompt }).trim()).toBe("What is it?");
});
