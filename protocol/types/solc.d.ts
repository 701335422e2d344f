/** What the project uses of solc 0.8.28 (untyped): the Solidity compiler in JavaScript. */
declare module "solc" {
  export interface Callbacks {
    /** Gives the text of a source that is imported and not in the input. */
    import(file: string): { contents: string };
  }

  /** Standard JSON in, standard JSON out. */
  export function compile(input: string, callbacks?: Callbacks): string;
  export function version(): string;
}
