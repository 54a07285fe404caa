/** A tool call of a delta or of a message, as servers write it: any part may be missing. */
export interface ToolCallFragment {
  index?: number | null;
  id?: string | null;
  function?: { name?: string | null; arguments?: unknown } | null;
  extra_content?: unknown;
}

interface ToolCall {
  index: number | undefined;
  id: string | undefined;
  name: string;
  arguments: string;
  extra_content: unknown;
}

/** Joins the fragments of tool calls that come indexed, in any cut, from several calls at once. */
export class ToolCallFold {
  readonly #calls: ToolCall[] = [];

  get length(): number {
    return this.#calls.length;
  }

  add(fragment: ToolCallFragment): void {
    const call = this.#find(fragment) ?? this.#open(fragment);
    // Some servers repeat id and name with every fragment: they are set once, never joined.
    call.id ??= fragment.id || undefined;
    call.name ||= fragment.function?.name ?? "";
    call.extra_content ??= fragment.extra_content ?? undefined;
    const args = fragment.function?.arguments;
    if (typeof args === "string") call.arguments += args;
    else if (args && typeof args === "object") call.arguments += JSON.stringify(args);
  }

  /** In order of first appearance. A call without arguments has `{}`. */
  calls(): unknown[] {
    return this.#calls.map(({ id, name, arguments: args, extra_content }) => ({
      ...(id === undefined ? {} : { id }),
      type: "function",
      function: { name, arguments: args === "" ? "{}" : args },
      ...(extra_content === undefined ? {} : { extra_content }),
    }));
  }

  /** Is there a call that cannot be carried out because its function is not named? */
  get nameless(): boolean {
    return this.#calls.some((call) => call.name === "");
  }

  #find({ index, id, function: fn }: ToolCallFragment): ToolCall | undefined {
    const last = this.#calls.at(-1);
    if (typeof index === "number") {
      const call = this.#calls.findLast((candidate) => candidate.index === index);
      // Whole calls that all claim index 0 (seen with Gemini) differ in their ids.
      return call?.id && id && id !== call.id && fn?.name ? undefined : call;
    }
    if (id) return this.#calls.find((call) => call.id === id);
    return fn?.name && last?.name ? undefined : last;
  }

  #open({ index }: ToolCallFragment): ToolCall {
    const call = {
      index: index ?? undefined,
      id: undefined,
      name: "",
      arguments: "",
      extra_content: undefined,
    };
    this.#calls.push(call);
    return call;
  }
}
