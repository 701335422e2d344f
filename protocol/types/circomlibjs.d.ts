/** What the project uses of circomlibjs 0.1.7 (untyped), as an independent reference. Field elements are its own bytes. */
declare module "circomlibjs" {
  export type FieldElement = Uint8Array;
  export type BabyJubPoint = [FieldElement, FieldElement];

  export interface Field {
    readonly p: bigint;
    e(value: bigint | number | string | FieldElement): FieldElement;
    toObject(element: FieldElement): bigint;
    eq(a: FieldElement, b: FieldElement): boolean;
  }

  export interface Poseidon {
    /** One output, or a list when more are asked for. */
    (inputs: readonly (bigint | number | string | FieldElement)[], state?: bigint | FieldElement): FieldElement;
    (
      inputs: readonly (bigint | number | string | FieldElement)[],
      state: bigint | FieldElement | undefined,
      outputs: number,
    ): FieldElement[];
    readonly F: Field;
  }

  export interface BabyJub {
    readonly F: Field;
    readonly p: bigint;
    readonly order: bigint;
    readonly subOrder: bigint;
    readonly Generator: BabyJubPoint;
    readonly Base8: BabyJubPoint;
    addPoint(a: BabyJubPoint, b: BabyJubPoint): BabyJubPoint;
    mulPointEscalar(base: BabyJubPoint, scalar: bigint): BabyJubPoint;
    inSubgroup(point: BabyJubPoint): boolean;
    inCurve(point: BabyJubPoint): boolean;
    packPoint(point: BabyJubPoint): Uint8Array;
    unpackPoint(packed: Uint8Array): BabyJubPoint | null;
  }

  export interface EddsaSignature {
    R8: BabyJubPoint;
    S: bigint;
  }

  export interface Eddsa {
    readonly F: Field;
    readonly babyJub: BabyJub;
    readonly poseidon: Poseidon;
    prv2pub(privateKey: Uint8Array): BabyJubPoint;
    signPoseidon(privateKey: Uint8Array, message: FieldElement): EddsaSignature;
    verifyPoseidon(message: FieldElement, signature: EddsaSignature, publicKey: BabyJubPoint): boolean;
    packSignature(signature: EddsaSignature): Uint8Array;
    unpackSignature(packed: Uint8Array): EddsaSignature;
  }

  export function buildPoseidon(): Promise<Poseidon>;
  export function buildPoseidonOpt(): Promise<Poseidon>;
  export function buildPoseidonReference(): Promise<Poseidon>;
  export function buildBabyjub(): Promise<BabyJub>;
  export function buildEddsa(): Promise<Eddsa>;
}
