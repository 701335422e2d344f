/** What the tests use of circom_tester 0.0.24 (untyped). */

declare module "circom_tester/wasm/witness_calculator" {
  /** A signal's value: a field element, or arrays and buses of them. */
  export type SignalValue =
    bigint | number | string | readonly SignalValue[] | { readonly [field: string]: SignalValue };
  export type CircuitInput = Readonly<Record<string, SignalValue>>;

  export interface WitnessCalculator {
    calculateWitness(input: CircuitInput, sanityCheck?: boolean): Promise<bigint[]>;
  }

  export default function builder(wasm: Uint8Array): Promise<WitnessCalculator>;
}

declare module "circom_tester/common/tester" {
  import type { CircuitInput } from "circom_tester/wasm/witness_calculator";

  export interface CircomOptions {
    wasm?: boolean;
    r1cs?: boolean;
    sym?: boolean;
    json?: boolean;
    verbose?: boolean;
    inspect?: boolean;
    O?: 0 | 1 | 2;
    include?: string | string[];
    output?: string;
    prime?: string;
  }

  export interface CircuitSymbol {
    labelIdx: number;
    /** The wire, or -1 when the signal was simplified away. */
    varIdx: number;
    componentIdx: number;
  }

  /** Runs the `circom` command. */
  export function compile(baseName: string, fileName: string, options: CircomOptions): Promise<void>;

  export class BaseTester {
    constructor(directory: string, baseName: string);
    /** Signals by full name, after `loadSymbols`. */
    readonly symbols?: Record<string, CircuitSymbol>;
    /** Linear combinations a, b, c of a·b = c, after `loadConstraints`. */
    readonly constraints?: ReadonlyArray<readonly Record<string, unknown>[]>;
    /** The number of wires, after `loadConstraints`. */
    readonly nVars?: number;
    loadSymbols(): Promise<void>;
    loadConstraints(): Promise<void>;
    assertOut(witness: readonly bigint[], expected: CircuitInput): Promise<void>;
    checkConstraints(witness: readonly bigint[]): Promise<void>;
    getDecoratedOutput(witness: readonly bigint[]): Promise<string>;
  }
}
