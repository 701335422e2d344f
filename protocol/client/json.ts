/** JSON with bigints: written as `{"$": "123"}`, so that a number never loses digits and a text stays a text. */

export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? { $: item.toString() } : item), 1);
}

export function fromJson(text: string): unknown {
  return JSON.parse(text, (_, item: unknown) => {
    if (typeof item !== "object" || item === null || !("$" in item)) return item;
    const digits = item.$;
    if (typeof digits !== "string" || !/^-?[0-9]+$/.test(digits))
      throw new TypeError(`"$" must hold decimal digits, got ${String(digits)}`);
    return BigInt(digits);
  });
}
