import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import { extractProgram, namedLanguage, type Program } from "../../verify/code/program.ts";
import type { Asked } from "../asking/asked-item.ts";

/** Why no answer came: not the model's words but their absence. Another life asks again. */
export class Unanswered extends Error {
  override name = "Unanswered";
  /** Whether the upstream failed, rather than that the work was stopped. */
  readonly failed: boolean;
  constructor(reason: string, failed: boolean) {
    super(reason);
    this.failed = failed;
  }
}

/** An answer of the model, and the program in it if there is one. */
export interface Answer {
  text: string;
  program: Program | undefined;
}

/** How a question is asked at its place in the journal. */
export type Ask = (place: { round: number; index: number }, prompt: LanguageModelV4Prompt) => Promise<Asked>;

/** The rounds of the journal in which each program is asked for. */
export const ASKED = { validator: 1, generator: 2, checker: 3 } as const;

const turn = (role: "user" | "assistant", text: string): LanguageModelV4Prompt[number] => ({
  role,
  content: [{ type: "text", text }],
});

/** One program, asked for until it does: the model sees its last answer and what is wrong with it, nothing older. */
export class Conversation {
  readonly #ask: Ask;
  readonly #round: number;
  readonly #first: string;
  #last: string | undefined;
  /** Answers so far. */
  answers = 0;

  constructor(ask: Ask, what: keyof typeof ASKED, prompt: string) {
    this.#ask = ask;
    this.#round = ASKED[what];
    this.#first = prompt;
  }

  /** @param reply What the last answer is told; none at first. @throws {Unanswered} */
  async ask(reply?: string): Promise<Answer> {
    const prompt = [turn("user", this.#first)];
    if (reply !== undefined && this.#last !== undefined)
      prompt.push(turn("assistant", this.#last), turn("user", reply));
    const asked = await this.#ask({ round: this.#round, index: this.answers++ }, prompt);
    switch (asked.kind) {
      case "message":
        this.#last = asked.text;
        return { text: asked.text, program: programIn(asked.text) };
      case "cut-off":
        this.#last = undefined;
        return { text: "", program: undefined };
      case "failed":
        throw new Unanswered(asked.reason, true);
      case "stopped":
        throw new Unanswered("stopped", false);
      default:
        return asked satisfies never;
    }
  }
}

/** Fenced, and in a language that is run here: prose is no program. */
function programIn(text: string): Program | undefined {
  const language = namedLanguage(text);
  const source = language && extractProgram(text, language);
  return language && source ? { language, source } : undefined;
}
