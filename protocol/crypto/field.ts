import { randomBytes } from "node:crypto";

/**
 * The field F of the protocol: the scalar field of BN254, in plain bigint arithmetic. An element is a bigint in [0, R). The functions
 * expect elements and return elements; only `mod` and `assertField` take arbitrary bigints. Meant to be imported as a namespace:
 * `import * as F from "../crypto/field"`.
 */

/** Order r_F of the field: the number of points of BN254's group G1 (EIP-196). A prime; R - 1 = 2^28 * odd. */
export const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** Bytes of an encoded element. */
export const FIELD_BYTES = 32;

/** A number k such that 2^k divides R - 1, and no greater one: the largest domain has 2^28 roots of unity. */
export const TWO_ADICITY = 28;

/** Smallest quadratic non-residue of the field. It also generates the multiplicative group. */
export const GENERATOR = 5n;

/** Throws unless `value` is a bigint in [0, R); returns it. `name` says in the error what the value is. */
export function assertField(name: string, value: bigint): bigint {
  if (typeof value !== "bigint") throw new TypeError(`${name} must be a bigint, got ${typeof value}`);
  if (value < 0n) throw new RangeError(`${name} must not be negative, got ${value}`);
  if (value >= R) throw new RangeError(`${name} must be below the field order, got ${value}`);
  return value;
}

/** The element congruent to any integer. */
export function mod(value: bigint): bigint {
  const rest = value % R;
  return rest < 0n ? rest + R : rest;
}

export function add(a: bigint, b: bigint): bigint {
  const sum = a + b;
  return sum >= R ? sum - R : sum;
}

export function sub(a: bigint, b: bigint): bigint {
  return a >= b ? a - b : a - b + R;
}

export function neg(a: bigint): bigint {
  return a === 0n ? 0n : R - a;
}

export function mul(a: bigint, b: bigint): bigint {
  return (a * b) % R;
}

/** base^exponent for an exponent >= 0; 0^0 = 1. */
export function pow(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) throw new RangeError(`exponent must not be negative, got ${exponent}`);
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = mul(result, square);
    square = mul(square, square);
  }
  return result;
}

/** 1/a by the extended Euclidean algorithm; zero has no inverse and throws. */
export function inv(a: bigint): bigint {
  if (a === 0n) throw new RangeError("zero has no inverse");
  let [r0, r1] = [R, a];
  let [t0, t1] = [0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [t0, t1] = [t1, t0 - quotient * t1];
  }
  return mod(t0);
}

export function div(a: bigint, b: bigint): bigint {
  return mul(a, inv(b));
}

/** All inverses with one inversion and three multiplications per element (Montgomery's trick); a zero throws and names its index. */
export function batchInverse(values: readonly bigint[]): bigint[] {
  const result = new Array<bigint>(values.length);
  let product = 1n;
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 0n) throw new RangeError(`zero has no inverse (element ${i} of the batch)`);
    result[i] = product;
    product = mul(product, values[i]);
  }
  if (values.length === 0) return result;
  let inverse = inv(product);
  for (let i = values.length - 1; i >= 0; i--) {
    result[i] = mul(result[i], inverse);
    inverse = mul(inverse, values[i]);
  }
  return result;
}

/** One of the two square roots of `a`, or undefined when there is none (Tonelli-Shanks). */
export function sqrt(a: bigint): bigint | undefined {
  if (a === 0n) return 0n;
  if (pow(a, (R - 1n) / 2n) !== 1n) return undefined;
  const odd = (R - 1n) >> BigInt(TWO_ADICITY);
  let m = TWO_ADICITY;
  let c = pow(GENERATOR, odd);
  let t = pow(a, odd);
  let root = pow(a, (odd + 1n) / 2n);
  while (t !== 1n) {
    let order = 0;
    for (let u = t; u !== 1n; u = mul(u, u)) order++;
    const b = pow(c, 1n << BigInt(m - order - 1));
    m = order;
    c = mul(b, b);
    t = mul(t, c);
    root = mul(root, b);
  }
  return root;
}

/** A uniformly random element from the system's randomness (48 bytes reduced: the bias is below 2^-128). */
export function random(): bigint {
  return BigInt(`0x${randomBytes(48).toString("hex")}`) % R;
}

/** The 32 bytes of an element, most significant first, as the EVM stores it. */
export function toBytes(value: bigint): Uint8Array {
  assertField("field element", value);
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(2 * FIELD_BYTES, "0"), "hex"));
}

/** The element of 32 bytes, most significant first. Throws on another length and on a number that is not below R. */
export function fromBytes(bytes: Uint8Array): bigint {
  if (bytes.length !== FIELD_BYTES)
    throw new RangeError(`a field element has ${FIELD_BYTES} bytes, got ${bytes.length}`);
  return assertField("field element", BigInt(`0x${Buffer.from(bytes).toString("hex")}`));
}
