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
  "radian radians rad",
  "point points",
  "way ways",
  "people person",
  "student students",
  "time times",
  "digit digits",
  "apple apples",
  "ball balls",
];

const CANONICAL = new Map(
  SPELLINGS.flatMap((line) => {
    const names = line.split(" ");
    return names.map((name) => [name, names[0] as string] as const);
  }),
);

/** Words that only shape a unit: `square`, `per`. */
const MODIFIERS = new Set(["square", "cubic", "sq", "cu", "per", "squared", "cubed", "of"]);

/** Whether a word beside a number is certainly a unit, even outside of `\text`. */
export const isUnitWord = (word: string): boolean =>
  word.length > 1 && (CANONICAL.has(word.toLowerCase()) || MODIFIERS.has(word.toLowerCase()));

/** Currency and the like, which stand before the number. */
export const isUnitPrefix = (text: string): boolean =>
  /^(?:rs|usd|us|eur|cny|rmb|inr|gbp|\$|€|£|¥)\.?$/i.test(text.trim());

/**
 * The same string for the same unit: `square centimeters`, `sq cm` and `cm^2` agree.
 * Bare `units`, and any word that is no unit, count as no unit at all: `""`.
 */
export function canonicalUnit(text: string): string {
  const words = text.toLowerCase().match(/[a-z]+|\d|\//g) ?? [];
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
