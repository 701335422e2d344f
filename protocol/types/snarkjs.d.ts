/** What the project uses of snarkjs 0.7.6 (untyped). */
declare module "snarkjs" {
  import type { Curve, Logger } from "ffjavascript";

  /** A file in memory: `data` is filled by the call that writes it. */
  export interface MemoryFile {
    type: "mem";
    data?: Uint8Array;
  }
  /** A path, or a file in memory. */
  export type File = string | Uint8Array | MemoryFile;

  /** Values as decimal strings or bigints, nested. */
  export type SignalValue = bigint | number | string | readonly SignalValue[];
  export type Input = Readonly<Record<string, SignalValue>>;

  export type ProjectivePoint = [string, string, string];

  export interface PlonkProof {
    A: ProjectivePoint;
    B: ProjectivePoint;
    C: ProjectivePoint;
    Z: ProjectivePoint;
    T1: ProjectivePoint;
    T2: ProjectivePoint;
    T3: ProjectivePoint;
    Wxi: ProjectivePoint;
    Wxiw: ProjectivePoint;
    eval_a: string;
    eval_b: string;
    eval_c: string;
    eval_s1: string;
    eval_s2: string;
    eval_zw: string;
    protocol: "plonk";
    curve: "bn128";
  }

  export interface PlonkVerificationKey {
    protocol: "plonk";
    curve: "bn128";
    nPublic: number;
    /** log2 of the domain's size. */
    power: number;
    k1: string;
    k2: string;
    Qm: ProjectivePoint;
    Ql: ProjectivePoint;
    Qr: ProjectivePoint;
    Qo: ProjectivePoint;
    Qc: ProjectivePoint;
    S1: ProjectivePoint;
    S2: ProjectivePoint;
    S3: ProjectivePoint;
    X_2: [[string, string], [string, string], [string, string]];
    w: string;
  }

  export interface ProofWithSignals {
    proof: PlonkProof;
    /** Outputs, then public inputs, as decimal strings. */
    publicSignals: string[];
  }

  export interface WitnessOptions {
    sanityCheck?: boolean;
    memorySize?: number;
  }

  export namespace plonk {
    /** @returns -1, with the reason only in the log, when the SRS is too small or lacks sections; else undefined */
    function setup(r1cs: File, ptau: File, zkey: File, logger?: Logger): Promise<-1 | undefined>;
    function prove(zkey: File, witness: File, logger?: Logger, options?: object): Promise<ProofWithSignals>;
    function fullProve(
      input: Input,
      wasm: File,
      zkey: File,
      logger?: Logger,
      witnessOptions?: WitnessOptions,
      proverOptions?: object,
    ): Promise<ProofWithSignals>;
    function verify(
      key: PlonkVerificationKey,
      publicSignals: readonly (string | bigint)[],
      proof: PlonkProof,
      logger?: Logger,
    ): Promise<boolean>;
    /** "[24 words],[public signals]" as hexadecimal text. */
    function exportSolidityCallData(proof: PlonkProof, publicSignals: readonly (string | bigint)[]): Promise<string>;
  }

  export namespace zKey {
    function exportVerificationKey(zkey: File, logger?: Logger): Promise<PlonkVerificationKey>;
    /** @param templates the text of snarkjs' EJS template by protocol */
    function exportSolidityVerifier(zkey: File, templates: { plonk: string }, logger?: Logger): Promise<string>;
    function exportJson(zkey: File): Promise<Record<string, unknown>>;
  }

  export namespace wtns {
    function calculate(input: Input, wasm: File, witness: File, options?: WitnessOptions): Promise<void>;
    function exportJson(witness: File): Promise<bigint[]>;
    function check(r1cs: File, witness: File, logger?: Logger): Promise<boolean>;
  }

  export interface R1csHeader {
    n8: number;
    prime: bigint;
    curve: Curve;
    nVars: number;
    nOutputs: number;
    nPubInputs: number;
    nPrvInputs: number;
    nLabels: number;
    nConstraints: number;
    useCustomGates: boolean;
  }

  export namespace r1cs {
    function info(r1cs: File, logger?: Logger): Promise<R1csHeader>;
    function exportJson(r1cs: File, logger?: Logger): Promise<Record<string, unknown>>;
  }

  export namespace curves {
    function getCurveFromName(name: string): Promise<Curve>;
  }
}
