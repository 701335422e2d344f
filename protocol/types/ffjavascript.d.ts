/**
 * What the project uses of ffjavascript 0.3.1 (untyped).
 *
 * Elements of fields and groups are byte arrays in Montgomery form, little endian: 32 bytes for Fr and F1, 64 for an
 * affine point of G1 and 96 for a Jacobian one, twice that in G2. `toObject` and `fromObject` convert from and to bigint.
 */
declare module "ffjavascript" {
  export type FieldElement = Uint8Array;
  /** An affine or Jacobian point; operations accept both. */
  export type Point = Uint8Array;
  export type Coordinates = "affine" | "jacobian";

  /** A buffer of any length, kept in pages of 2^30 bytes. */
  export class BigBuffer {
    constructor(size: number);
    readonly byteLength: number;
    readonly buffers: Uint8Array[];
    slice(from?: number, to?: number): Uint8Array;
    set(source: Uint8Array | BigBuffer, offset?: number): void;
  }

  export type Buffers = Uint8Array | BigBuffer;

  export interface Logger {
    debug(message: string): void;
    info(message: string): void;
    warn(message: string): void;
    error(message: string): void;
  }

  export interface PrimeField {
    readonly p: bigint;
    /** Bytes of an element. */
    readonly n8: number;
    readonly bitLength: number;
    readonly zero: FieldElement;
    readonly one: FieldElement;
    readonly two: FieldElement;
    readonly negone: FieldElement;
    /** p - 1 = 2^s·t with odd t. */
    readonly s: number;
    /** w[k] is a primitive 2^k-th root of unity, the one snarkjs uses. */
    readonly w: FieldElement[];
    readonly shift: FieldElement;
    e(value: bigint | number | string | FieldElement): FieldElement;
    add(a: FieldElement, b: FieldElement): FieldElement;
    sub(a: FieldElement, b: FieldElement): FieldElement;
    neg(a: FieldElement): FieldElement;
    mul(a: FieldElement, b: FieldElement): FieldElement;
    square(a: FieldElement): FieldElement;
    inv(a: FieldElement): FieldElement;
    div(a: FieldElement, b: FieldElement): FieldElement;
    exp(a: FieldElement, exponent: bigint | number | Uint8Array): FieldElement;
    sqrt(a: FieldElement): FieldElement | null;
    isSquare(a: FieldElement): boolean;
    eq(a: FieldElement, b: FieldElement): boolean;
    isZero(a: FieldElement): boolean;
    random(): FieldElement;
    toObject(a: FieldElement): bigint;
    fromObject(value: bigint): FieldElement;
    toString(a: FieldElement, radix?: number): string;
    toMontgomery(a: FieldElement): FieldElement;
    fromMontgomery(a: FieldElement): FieldElement;
    toRprLE(buffer: Uint8Array, offset: number, a: FieldElement): void;
    fromRprLE(buffer: Uint8Array, offset?: number): FieldElement;
    toRprBE(buffer: Uint8Array, offset: number, a: FieldElement): void;
    fromRprBE(buffer: Uint8Array, offset?: number): FieldElement;
    batchInverse<T extends Buffers | FieldElement[]>(elements: T): Promise<T>;
    batchToMontgomery<T extends Buffers>(elements: T): Promise<T>;
    batchFromMontgomery<T extends Buffers>(elements: T): Promise<T>;
    batchApplyKey<T extends Buffers>(elements: T, first: FieldElement, increment: FieldElement): Promise<T>;
    fft<T extends Buffers | FieldElement[]>(
      elements: T,
      in_?: string,
      out?: string,
      logger?: Logger,
      text?: string,
    ): Promise<T>;
    ifft<T extends Buffers | FieldElement[]>(
      elements: T,
      in_?: string,
      out?: string,
      logger?: Logger,
      text?: string,
    ): Promise<T>;
  }

  export type ExtensionField = Pick<
    PrimeField,
    "n8" | "zero" | "one" | "add" | "sub" | "neg" | "mul" | "square" | "inv" | "exp" | "eq" | "isZero"
  >;

  /** A group whose affine coordinates are of type C: bigint in G1, pairs in G2. */
  export interface CurveGroup<C = bigint> {
    readonly F: Pick<PrimeField, "n8">;
    readonly zero: Point;
    readonly zeroAffine: Point;
    readonly one: Point;
    readonly oneAffine: Point;
    readonly g: Point;
    readonly gAffine: Point;
    add(a: Point, b: Point): Point;
    sub(a: Point, b: Point): Point;
    neg(a: Point): Point;
    double(a: Point): Point;
    eq(a: Point, b: Point): boolean;
    isZero(a: Point): boolean;
    isValid(a: Point): boolean;
    /** The scalar as a number or as little-endian bytes, not in Montgomery form. */
    timesScalar(a: Point, scalar: bigint | number | Uint8Array): Point;
    /** The scalar as an element of Fr, in Montgomery form. */
    timesFr(a: Point, scalar: FieldElement): Point;
    toAffine(a: Point): Point;
    toJacobian(a: Point): Point;
    /** Affine: [x, y, 1] or, for the point at infinity, [0, 1, 0]. */
    toObject(a: Point): [C, C, C];
    fromObject(coordinates: readonly C[]): Point;
    x(a: Point): FieldElement;
    y(a: Point): FieldElement;
    toString(a: Point, radix?: number): string;
    toRprUncompressed(buffer: Uint8Array, offset: number, a: Point): void;
    fromRprUncompressed(buffer: Uint8Array, offset: number): Point;
    toRprCompressed(buffer: Uint8Array, offset: number, a: Point): void;
    fromRprCompressed(buffer: Uint8Array, offset: number): Point;
    /** Affine, little endian, Montgomery form: how .ptau and .zkey files keep points. */
    toRprLEM(buffer: Uint8Array, offset: number, a: Point): void;
    fromRprLEM(buffer: Uint8Array, offset?: number): Point;
    /** Scalars as little-endian bytes of equal length, not in Montgomery form. */
    multiExp(jacobianBases: Buffers, scalars: Buffers, logger?: Logger, text?: string): Promise<Point>;
    multiExpAffine(affineBases: Buffers, scalars: Buffers, logger?: Logger, text?: string): Promise<Point>;
    batchApplyKey<T extends Buffers>(
      points: T,
      first: FieldElement,
      increment: FieldElement,
      in_?: Coordinates,
      out?: Coordinates,
    ): Promise<T>;
    batchToAffine<T extends Buffers>(jacobian: T): Promise<T>;
    batchToJacobian<T extends Buffers>(affine: T): Promise<T>;
    batchLEMtoU<T extends Buffers>(points: T): Promise<T>;
    batchUtoLEM<T extends Buffers>(points: T): Promise<T>;
    batchLEMtoC<T extends Buffers>(points: T): Promise<T>;
    batchCtoLEM<T extends Buffers>(points: T): Promise<T>;
    fft<T extends Buffers>(points: T, in_?: Coordinates, out?: Coordinates, logger?: Logger, text?: string): Promise<T>;
    ifft<T extends Buffers>(
      points: T,
      in_?: Coordinates,
      out?: Coordinates,
      logger?: Logger,
      text?: string,
    ): Promise<T>;
    lagrangeEvaluations<T extends Buffers>(
      points: T,
      in_?: Coordinates,
      out?: Coordinates,
      logger?: Logger,
      text?: string,
    ): Promise<T>;
  }

  /** One command of a task for a worker: ALLOC, ALLOCSET, SET, CALL, GET. */
  export type TaskCommand = Record<string, unknown> & { cmd: string };

  export interface ThreadManager {
    readonly concurrency: number;
    /** Runs a task on a free worker; `transfers` move to it instead of being copied. Resolves to its GET results. */
    queueAction(task: TaskCommand[], transfers?: ArrayBufferLike[]): Promise<Uint8Array[]>;
    terminate(): Promise<void>;
  }

  export interface Curve {
    readonly name: string;
    /** Order of the base field. */
    readonly q: bigint;
    /** Order of the scalar field. */
    readonly r: bigint;
    readonly Fr: PrimeField;
    readonly F1: PrimeField;
    readonly F2: ExtensionField;
    readonly F12: ExtensionField;
    readonly Gt: ExtensionField;
    readonly G1: CurveGroup;
    readonly G2: CurveGroup<[bigint, bigint]>;
    readonly tm: ThreadManager;
    pairing(g1: Point, g2: Point): FieldElement;
    /** Whether e(p1, q1)·e(p2, q2)·... = 1, or equals the last argument when their number is odd. */
    pairingEq(...pointsAndTarget: Uint8Array[]): Promise<boolean>;
    array2buffer(elements: readonly Uint8Array[], size: number): Uint8Array;
    buffer2array(buffer: Uint8Array, size: number): Uint8Array[];
    /** Ends the worker threads; they keep the process alive otherwise. */
    terminate(): Promise<void>;
  }

  /** The multi-threaded curve is one per process, kept until it is terminated. */
  export function buildBn128(singleThread?: boolean): Promise<Curve>;
  export function getCurveFromName(name: string, singleThread?: boolean): Promise<Curve>;
  export function getCurveFromR(r: bigint, singleThread?: boolean): Promise<Curve>;
  export function getCurveFromQ(q: bigint, singleThread?: boolean): Promise<Curve>;

  export namespace Scalar {
    function e(value: bigint | number | string, radix?: number): bigint;
    function fromString(value: string, radix?: number): bigint;
    function toString(value: bigint, radix?: number): string;
    function bitLength(value: bigint): number;
    function bits(value: bigint): number[];
    function shl(value: bigint, bits: number | bigint): bigint;
    function shr(value: bigint, bits: number | bigint): bigint;
    function mod(a: bigint, b: bigint): bigint;
    function toRprLE(buffer: Uint8Array, offset: number, value: bigint, size: number): void;
    function fromRprLE(buffer: Uint8Array, offset?: number, size?: number): bigint;
    function toRprBE(buffer: Uint8Array, offset: number, value: bigint, size: number): void;
    function fromRprBE(buffer: Uint8Array, offset?: number, size?: number): bigint;
    function toLEBuff(value: bigint): Uint8Array;
  }

  export namespace utils {
    function stringifyBigInts<T>(value: T): unknown;
    function unstringifyBigInts<T>(value: T): unknown;
    function leBuff2int(buffer: Uint8Array): bigint;
    function leInt2Buff(value: bigint, size?: number): Uint8Array;
    function beBuff2int(buffer: Uint8Array): bigint;
    function beInt2Buff(value: bigint, size?: number): Uint8Array;
    function bitReverse(index: number, bits: number): number;
    function log2(value: number): number;
  }
}
