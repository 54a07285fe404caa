/** Every spelling of a unit, canonical first. Prefixes and money are listed, not derived: a wrong guess costs a reward. */
const SPELLINGS = [
  "mm millimeter millimeters millimetre millimetres",
  "cm centimeter centimeters centimetre centimetres",
  "dm decimeter decimeters",
  "m meter meters metre metres",
  "km kilometer kilometers kilometre kilometres",
  "in inch inches",
  "ft foot feet",
  "yd yard yards",
  "mi mile miles",
  "mg milligram milligrams",
  "g gram grams",
  "kg kilogram kilograms",
  "ton tons tonne tonnes",
  "lb lbs pound pounds",
  "oz ounce ounces",
  "ms millisecond milliseconds",
  "s sec secs second seconds",
  "min mins minute minutes",
  "h hr hrs hour hours",
  "day days",
  "week weeks",
  "month months",
  "year years",
  "ml milliliter milliliters",
  "l liter liters litre litres",
  "gallon gallons",
  "cup cups",
  "mph",
  "kph",
  "hz hertz",
  "n newton newtons",
  "j joule joules",
  "w watt watts",
  "v volt volts",
  "dollar dollars usd bucks",
  "cent cents",
  "euro euros eur",
  "yuan rmb cny",
  "rupee rupees rs",
  "unit units",
  "degree degrees",
  "celsius",
  "fahrenheit",
  "radian radians rad",
  "point points",
  "way ways",
  "people person",
  "student students",
  "time times",
  "digit digits",
  "apple apples",
  "ball balls",
  "am",
  "pm",
];

const CANONICAL = new Map(
  SPELLINGS.flatMap((line) => {
    const names = line.split(" ");
    return names.map((name) => [name, names[0] as string] as const);
  }),
);

/** Words that only shape a unit: `square`, `per`. */
const MODIFIERS = new Set(["square", "cubic", "sq", "cu", "per", "squared", "cubed"]);

/** Whether a word beside a number is certainly a unit, even outside of `\text`. */
export const isUnitWord = (word: string): boolean =>
  word.length > 1 &&
  (CANONICAL.has(word.toLowerCase()) ||
    MODIFIERS.has(word.toLowerCase()) ||
    splitMagnitude(word).factor !== undefined);

/** Whether letters, a single one too, can be a unit; beside another unit, as in `m/s`, they are one. */
export const isUnitSymbol = (letters: string): boolean => CANONICAL.has(letters.toLowerCase());

const MAGNITUDES: Readonly<Record<string, string>> = {
  dozen: "12",
  hundred: "100",
  thousand: "1000",
  million: "1000000",
  billion: "1000000000",
  trillion: "1000000000000",
  千: "1000",
  万: "10000",
  萬: "10000",
  亿: "100000000",
  億: "100000000",
};

/** `million dollars` as the factor that it begins with and what is left of it. */
export function splitMagnitude(text: string): { factor: string | undefined; unit: string } {
  const found = /^(?:(dozen|hundred|thousand|million|billion|trillion)s?(?![a-z])|([千万萬亿億]))\s*/i.exec(
    text.trim(),
  );
  if (!found) return { factor: undefined, unit: text };
  const word = (found[1] ?? found[2] ?? "").toLowerCase();
  return { factor: MAGNITUDES[word], unit: text.trim().slice(found[0].length) };
}

/** Words that change what a number says, and so are no unit. */
export const changesMeaning = (text: string): boolean =>
  /(?<!\p{L})(?:or|and|more|less|fewer|least|most|not|below|above|over|under|minus|negative|times|out|of|to)(?!\p{L})/iu.test(
    text,
  ) && !/^\s*times\s*$/i.test(text);

/** Currency and the like, which stand before the number. */
export const isUnitPrefix = (text: string): boolean =>
  /^(?:rs|usd|us|eur|cny|rmb|inr|gbp|\$|€|£|¥)\.?$/i.test(text.trim());

/** The words of a unit that are none themselves: the `red` of `red balls`. */
export const wordsBesideUnit = (text: string): string[] =>
  (text.toLowerCase().match(/\p{L}{2,}/gu) ?? []).filter(
    (word) => !CANONICAL.has(word) && !MODIFIERS.has(word),
  );

/**
 * The same string for the same unit: `square centimeters`, `sq cm` and `cm^2` agree.
 * Bare `units`, and any word that is no unit, count as no unit at all: `""`.
 */
export function canonicalUnit(text: string): string {
  const plain = text.toLowerCase().replace(/(?<![a-z])([ap])\.\s?m\.?/g, "$1m");
  const words = plain.match(/[a-z]+|\d|\//g) ?? [];
  let power = "";
  const names: string[] = [];
  for (const word of words) {
    if (word === "square" || word === "sq" || word === "squared" || word === "2") power = "2";
    else if (word === "cubic" || word === "cu" || word === "cubed" || word === "3") power = "3";
    else if (word === "per" || word === "/") names.push("/");
    else if (CANONICAL.has(word)) names.push(CANONICAL.get(word) as string);
  }
  const name = names.join("");
  return name === "unit" || name === "" ? "" : name + power;
}
