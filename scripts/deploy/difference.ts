/** What is told of a deployment that is compared with its configuration. */

/** A field that is not on chain as the configuration has it. */
export interface Difference {
  readonly field: string;
  readonly configured: string;
  readonly found: string;
}

/** Is told what is configured and what is on chain. */
export type Expect = (field: string, configured: unknown, found: unknown) => void;

/** Addresses, or ids, as text: what is compared without an order. */
export function sorted(items: readonly string[]): string {
  return items.length === 0
    ? "none"
    : items
        .map((item) => item.toLowerCase())
        .sort()
        .join(", ");
}
