import { buildBn128, type Curve } from "ffjavascript";
import * as F from "./field";

/** The curve BN254 (alt_bn128, EIP-196 and EIP-197): points, conversions, sums and pairings. */

/** Order of the field of the coordinates. */
export const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

/** A point of G1 in affine coordinates below Q; (0, 0) is the point at infinity, as for the EVM's precompiles. */
export interface G1Point {
  x: bigint;
  y: bigint;
}

/** A point of G2; a coordinate [c0, c1] is c0 + c1·u. snarkjs writes them in this order, the EVM's precompile takes c1 first. */
export interface G2Point {
  x: readonly [bigint, bigint];
  y: readonly [bigint, bigint];
}

/** Bytes of an encoded coordinate, G1 point and G2 point. */
const COORDINATE_BYTES = 32;
export const G1_BYTES = 2 * COORDINATE_BYTES;
export const G2_BYTES = 4 * COORDINATE_BYTES;

export const G1_INFINITY: G1Point = { x: 0n, y: 0n };
export const G1_GENERATOR: G1Point = { x: 1n, y: 2n };
export const G2_GENERATOR: G2Point = {
  x: [
    10857046999023057135944570762232829481370756359578518086990519993285655852781n,
    11559732032986387107991004021392285783925812861821192530917403151452391805634n,
  ],
  y: [
    8495653923123431417604973247489272438418190587263600148770280649306958101930n,
    4082367875863433681332203403145435568316851327593401208105741076214120093531n,
  ],
};

/** snarkjs and ffjavascript share one curve with its threads through this global; so do we. */
const shared = globalThis as { curve_bn128?: Curve | null };

let building: Promise<Curve> | undefined;

/** The curve, built when first needed. It keeps worker threads alive until `terminateCurve`. */
export async function getCurve(): Promise<Curve> {
  const known = building;
  if (known && shared.curve_bn128 === (await known)) return known;
  if (building === known) building = buildBn128();
  return building as Promise<Curve>;
}

/** Ends the curve's worker threads, also those that snarkjs started, so that the process can exit. It may be used again afterwards. */
export async function terminateCurve(): Promise<void> {
  await building;
  building = undefined;
  await shared.curve_bn128?.terminate();
}

/** 2^256, the Montgomery factor of a 32-byte coordinate, and its inverse. */
const MONTGOMERY_BITS = 256n;
const MONTGOMERY_INVERSE = 20988524275117001072002809824448087578619730785600314334253784976379291040311n;

const MASK64 = (1n << 64n) - 1n;

function writeLittleEndian(view: DataView, offset: number, value: bigint): void {
  view.setBigUint64(offset, value & MASK64, true);
  view.setBigUint64(offset + 8, (value >> 64n) & MASK64, true);
  view.setBigUint64(offset + 16, (value >> 128n) & MASK64, true);
  view.setBigUint64(offset + 24, value >> 192n, true);
}

function readLittleEndian(view: DataView, offset: number): bigint {
  const low = view.getBigUint64(offset, true) | (view.getBigUint64(offset + 8, true) << 64n);
  return low | (view.getBigUint64(offset + 16, true) << 128n) | (view.getBigUint64(offset + 24, true) << 192n);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function encodeCoordinates(coordinates: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(coordinates.length * COORDINATE_BYTES);
  const view = viewOf(bytes);
  coordinates.forEach((value, i) => {
    if (value < 0n || value >= Q) throw new RangeError(`coordinate must be in [0, Q), got ${value}`);
    writeLittleEndian(view, i * COORDINATE_BYTES, (value << MONTGOMERY_BITS) % Q);
  });
  return bytes;
}

function decodeCoordinates(bytes: Uint8Array): bigint[] {
  const view = viewOf(bytes);
  return Array.from({ length: bytes.length / COORDINATE_BYTES }, (_, i) => {
    const stored = readLittleEndian(view, i * COORDINATE_BYTES);
    if (stored >= Q) throw new RangeError(`stored coordinate must be below Q, got ${stored}`);
    return (stored * MONTGOMERY_INVERSE) % Q;
  });
}

/** Points as ffjavascript and `.ptau` files hold them: affine, Montgomery form, least significant byte first, 64 bytes each. */
export function encodeG1(points: readonly G1Point[]): Uint8Array {
  return encodeCoordinates(points.flatMap(({ x, y }) => [x, y]));
}

/** The points of a buffer of 64-byte affine points. Does not check that they are on the curve. */
export function decodeG1(bytes: Uint8Array): G1Point[] {
  if (bytes.length % G1_BYTES !== 0) throw new RangeError(`G1 points have ${G1_BYTES} bytes each, got ${bytes.length}`);
  const coordinates = decodeCoordinates(bytes);
  return Array.from({ length: coordinates.length / 2 }, (_, i) => ({
    x: coordinates[2 * i],
    y: coordinates[2 * i + 1],
  }));
}

export function encodeG2({ x, y }: G2Point): Uint8Array {
  return encodeCoordinates([...x, ...y]);
}

export function decodeG2(bytes: Uint8Array): G2Point {
  if (bytes.length !== G2_BYTES) throw new RangeError(`a G2 point has ${G2_BYTES} bytes, got ${bytes.length}`);
  const [x0, x1, y0, y1] = decodeCoordinates(bytes);
  return { x: [x0, x1], y: [y0, y1] };
}

/** Scalars as the kernels take them: plain, 32 bytes each, least significant byte first. */
export function encodeScalars(scalars: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(scalars.length * F.FIELD_BYTES);
  const view = viewOf(bytes);
  scalars.forEach((scalar, i) => {
    F.assertField("scalar", scalar);
    writeLittleEndian(view, i * F.FIELD_BYTES, scalar);
  });
  return bytes;
}

export function isInfinity(point: G1Point): boolean {
  return point.x === 0n && point.y === 0n;
}

/** Throws unless the point is on the curve y² = x³ + 3, or at infinity. Every such point of BN254 is in G1. */
export function assertG1(name: string, point: G1Point): void {
  const { x, y } = point;
  for (const [axis, value] of [["x", x] as const, ["y", y] as const]) {
    if (value < 0n || value >= Q) throw new RangeError(`${name}.${axis} must be in [0, Q), got ${value}`);
  }
  if (!isInfinity(point) && (y * y - x * x * x - 3n) % Q !== 0n)
    throw new RangeError(`${name} must be a point on BN254`);
}

export function negG1(point: G1Point): G1Point {
  return { x: point.x, y: point.y === 0n ? 0n : Q - point.y };
}

export async function addG1(...points: G1Point[]): Promise<G1Point> {
  const { G1 } = await getCurve();
  const sum = points.reduce((accumulator, point) => G1.add(accumulator, encodeG1([point])), G1.zero);
  return decodeG1(G1.toAffine(sum))[0];
}

export async function mulG1(point: G1Point, scalar: bigint): Promise<G1Point> {
  return multiExp(encodeG1([point]), [scalar]);
}

/** Below this many points one multiplication each is faster than sharing buckets between the threads. */
const FEW_POINTS = 48;

/**
 * Σ scalars_i·bases_i, on all cores (Pippenger's buckets).
 * @param bases affine points as `encodeG1` makes them and an SRS holds them
 * @param scalars field elements, one per base
 */
export async function multiExp(bases: Uint8Array, scalars: readonly bigint[]): Promise<G1Point> {
  if (bases.length !== scalars.length * G1_BYTES) {
    throw new RangeError(`${scalars.length} scalars need as many bases, got ${bases.length / G1_BYTES}`);
  }
  const { G1 } = await getCurve();
  let sum = G1.zero;
  if (scalars.length > FEW_POINTS) {
    sum = await G1.multiExpAffine(bases, encodeScalars(scalars));
  } else {
    scalars.forEach((scalar, i) => {
      const base = bases.slice(i * G1_BYTES, (i + 1) * G1_BYTES);
      sum = G1.add(sum, G1.timesScalar(base, F.assertField("scalar", scalar)));
    });
  }
  return decodeG1(G1.toAffine(sum))[0];
}

export async function mulG2(point: G2Point, scalar: bigint): Promise<G2Point> {
  const { G2 } = await getCurve();
  return decodeG2(G2.toAffine(G2.timesScalar(encodeG2(point), F.assertField("scalar", scalar))));
}

export async function addG2(a: G2Point, b: G2Point): Promise<G2Point> {
  const { G2 } = await getCurve();
  return decodeG2(G2.toAffine(G2.add(encodeG2(a), encodeG2(b))));
}

function isInfinityG2({ x, y }: G2Point): boolean {
  return [...x, ...y].every((coordinate) => coordinate === 0n);
}

/** Throws unless the point is in G2 (on the twist and of order R), or at infinity. */
export async function assertG2(name: string, point: G2Point): Promise<void> {
  const { G2 } = await getCurve();
  if (isInfinityG2(point)) return;
  const bytes = encodeG2(point);
  if (!G2.isValid(bytes)) throw new RangeError(`${name} must be a point on the twist of BN254`);
  const [z0, z1] = decodeCoordinates(G2.timesScalar(bytes, F.R)).slice(4);
  if (z0 !== 0n || z1 !== 0n) throw new RangeError(`${name} must be in the subgroup of order R`);
}

/** Whether Π e(a_i, b_i) = 1, as the EVM's precompile 8 decides it. Pairs with a point at infinity contribute 1. */
export async function pairingCheck(pairs: readonly (readonly [G1Point, G2Point])[]): Promise<boolean> {
  const curve = await getCurve();
  const points: Uint8Array[] = [];
  for (const [a, b] of pairs) {
    assertG1("G1 point of the pairing", a);
    await assertG2("G2 point of the pairing", b);
    if (isInfinity(a) || isInfinityG2(b)) continue;
    points.push(encodeG1([a]), encodeG2(b));
  }
  return points.length === 0 || curve.pairingEq(...points);
}
