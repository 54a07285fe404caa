const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
/** What XML cannot hold at all, not even escaped; a model's text may. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** Text for XML and HTML, in elements and in attributes. */
export function escapeXml(text: string): string {
  return text.replace(FORBIDDEN, "\uFFFD").replace(/[&<>"']/g, (character) => ESCAPES[character] as string);
}

type Attributes = Record<string, string | number | undefined>;

/** One element; numbers are cut to hundredths of a pixel. */
export function element(name: string, attributes: Attributes, ...children: string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        ` ${key}="${typeof value === "number" ? rounded(value) : escapeXml(value as string)}"`,
    )
    .join("");
  return children.length > 0 ? `<${name}${written}>${children.join("")}</${name}>` : `<${name}${written}/>`;
}

const rounded = (value: number): string => (Math.round(value * 100) / 100).toString();

interface TextStyle {
  anchor?: "start" | "middle" | "end";
  size?: number;
  weight?: string;
  fill: string;
  transform?: string;
}

/** A line of text at its baseline. */
export function text(
  x: number,
  y: number,
  content: string,
  { anchor, size, weight, fill, transform }: TextStyle,
): string {
  const attributes = {
    x,
    y,
    fill,
    "text-anchor": anchor,
    "font-size": size,
    "font-weight": weight,
    transform,
  };
  return element("text", attributes, escapeXml(content));
}
