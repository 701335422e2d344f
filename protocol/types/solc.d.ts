/** What the project uses of solc 0.8.28 (untyped): the Solidity compiler in JavaScript. */
declare module "solc" {
  /** Standard JSON in, standard JSON out. */
  export function compile(input: string): string;
  export function version(): string;
}
