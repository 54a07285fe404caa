/**
 * A number as JSON that Python reads as a float, whatever it is: a reward that is read as an integer makes an integer
 * tensor, whose mean is an error (`JSON.stringify(1)` is `1`; here it is `1.0`).
 * @throws {RangeError} for what JSON cannot write.
 */
export function floatJson(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is no reward.`);
  const text = Object.is(value, -0) ? "0" : String(value);
  if (text.includes(".")) return text;
  const exponent = text.indexOf("e");
  return exponent < 0 ? `${text}.0` : `${text.slice(0, exponent)}.0${text.slice(exponent)}`;
}

/** The same for named numbers. */
export function floatsJson(values: Readonly<Record<string, number>>): string {
  const fields = Object.entries(values).map(([name, value]) => `${JSON.stringify(name)}:${floatJson(value)}`);
  return `{${fields.join(",")}}`;
}
