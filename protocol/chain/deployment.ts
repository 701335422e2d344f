/** Where the protocol stands on one chain. Everything else is read from the rollup contract. */
export interface Deployment {
  /** The chain's name, for people. */
  readonly name: string;
  /** A block before which none of the contracts emitted an event. */
  readonly block: number;
  /** Address of the rollup. */
  readonly rollup: string;
}
