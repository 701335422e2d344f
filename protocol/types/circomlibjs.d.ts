/** What the tests use of circomlibjs 0.1.7 (untyped). */

declare module "circomlibjs" {
  interface FieldOfBytes {
    e(value: bigint): Uint8Array;
    toObject(value: Uint8Array): bigint;
  }

  export interface PoseidonReference {
    /** One output, or a list of several. */
    (inputs: readonly bigint[], initialState?: Uint8Array, outputs?: number): Uint8Array | Uint8Array[];
    readonly F: FieldOfBytes;
  }

  export interface EddsaSignature {
    R8: [Uint8Array, Uint8Array];
    S: bigint;
  }

  export interface Eddsa {
    readonly F: FieldOfBytes;
    prv2pub(privateKey: Uint8Array): [Uint8Array, Uint8Array];
    signPoseidon(privateKey: Uint8Array, message: Uint8Array): EddsaSignature;
    verifyPoseidon(message: Uint8Array, signature: EddsaSignature, publicKey: [Uint8Array, Uint8Array]): boolean;
  }

  export function buildPoseidonReference(): Promise<PoseidonReference>;
  export function buildEddsa(): Promise<Eddsa>;
}
