import { FIELD_BYTES, R } from "./field";

/**
 * A vector of field elements as bytes, 32 each, least significant byte first: what kernels read and write, where millions of
 * bigints would be too slow. It is iterated as the [index, value] pairs of its nonzero elements.
 */
export class PackedValues implements Iterable<readonly [number, bigint]> {
  readonly bytes: Uint8Array;
  private readonly view: DataView;

  /** @param bytes zeros if none are given; taken as they are */
  constructor(
    readonly size: number,
    bytes: Uint8Array = new Uint8Array(size * FIELD_BYTES),
  ) {
    if (bytes.length !== size * FIELD_BYTES) {
      throw new RangeError(`${size} elements have ${size * FIELD_BYTES} bytes, got ${bytes.length}`);
    }
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The vector with the listed values, 0 elsewhere. @throws RangeError naming an index or value out of range, or an index listed twice */
  static from(size: number, values: Iterable<readonly [number, bigint]>): PackedValues {
    if (values instanceof PackedValues && values.size === size) return values;
    const packed = new PackedValues(size);
    const seen = new Uint8Array(size);
    for (const [index, value] of values) {
      if (!Number.isInteger(index) || index < 0 || index >= size) {
        throw new RangeError(`cell index must be an integer from 0 to ${size - 1}, got ${index}`);
      }
      if (seen[index] === 1) throw new RangeError(`cell index ${index} is listed twice`);
      seen[index] = 1;
      packed.set(index, value);
    }
    return packed;
  }

  get(index: number): bigint {
    const [a, b, c, d] = [0, 8, 16, 24].map((at) => this.view.getBigUint64(index * FIELD_BYTES + at, true));
    return a | (b << 64n) | (c << 128n) | (d << 192n);
  }

  set(index: number, value: bigint): void {
    if (value < 0n || value >= R)
      throw new RangeError(`value of cell ${index} must be below the field order, got ${value}`);
    const { view } = this;
    const at = index * FIELD_BYTES;
    view.setBigUint64(at, value & MASK, true);
    view.setBigUint64(at + 8, (value >> 64n) & MASK, true);
    view.setBigUint64(at + 16, (value >> 128n) & MASK, true);
    view.setBigUint64(at + 24, value >> 192n, true);
  }

  /** A copy that may be changed. */
  clone(): PackedValues {
    return new PackedValues(this.size, this.bytes.slice());
  }

  *[Symbol.iterator](): Generator<readonly [number, bigint]> {
    for (let i = 0; i < this.size; i++) {
      const value = this.get(i);
      if (value !== 0n) yield [i, value];
    }
  }
}

const MASK = (1n << 64n) - 1n;
