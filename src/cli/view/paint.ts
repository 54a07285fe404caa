import { styleText } from "node:util";

type Style = "bold" | "dim" | "green" | "yellow" | "red" | "cyan";

/** Colours a text, or leaves it. */
export type Paint = (style: Style, text: string) => string;

export const plainPaint: Paint = (_, text) => text;

export const colourPaint: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** As the stream and `NO_COLOR`, `FORCE_COLOR`, `NODE_DISABLE_COLORS` want it. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}
