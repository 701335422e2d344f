import { expect } from "chai";
import fc from "fast-check";
import { R } from "../../../protocol/crypto/field";
import { PackedValues } from "../../../protocol/crypto/packed";

const SIZE = 8;
const element = fc.oneof(
  fc.constantFrom(0n, 1n, R - 1n, 1n << 64n, (1n << 64n) - 1n),
  fc.bigInt({ min: 0n, max: R - 1n }),
);
const cells = fc.uniqueArray(fc.tuple(fc.nat(SIZE - 1), element), { selector: ([index]) => index });

describe("crypto/packed", () => {
  it("holds the listed values, and lists those that are not 0 in order", () => {
    fc.assert(
      fc.property(cells, (values) => {
        const packed = PackedValues.from(SIZE, values);
        const expected = values.filter(([, value]) => value !== 0n).sort(([a], [b]) => a - b);
        expect([...packed]).to.deep.equal(expected);
        for (const [index, value] of values) expect(packed.get(index)).to.equal(value);
      }),
    );
  });

  it("has 32 bytes an element, least significant first", () => {
    const packed = PackedValues.from(2, [[1, 0x0102n]]);
    expect([...packed.bytes]).to.deep.equal([...new Array<number>(32).fill(0), 2, 1, ...new Array<number>(30).fill(0)]);
    expect([...new PackedValues(2, packed.bytes)]).to.deep.equal([[1, 0x0102n]]);
  });

  it("is itself where it has the wanted size, and a copy where it is cloned", () => {
    const packed = PackedValues.from(2, [[0, 5n]]);
    expect(PackedValues.from(2, packed)).to.equal(packed);
    expect([...PackedValues.from(4, packed)]).to.deep.equal([[0, 5n]]);
    const copy = packed.clone();
    copy.set(0, 6n);
    expect([packed.get(0), copy.get(0)]).to.deep.equal([5n, 6n]);
  });

  it("names what is out of range", () => {
    const from =
      (...values: [number, bigint][]) =>
      () =>
        PackedValues.from(2, values);
    expect(from([2, 1n])).to.throw("cell index must be an integer from 0 to 1, got 2");
    expect(from([-1, 1n])).to.throw("cell index must be an integer from 0 to 1, got -1");
    expect(from([0.5, 1n])).to.throw("cell index must be an integer from 0 to 1, got 0.5");
    expect(from([1, 1n], [1, 0n])).to.throw("cell index 1 is listed twice");
    expect(from([1, R])).to.throw("value of cell 1 must be below the field order");
    expect(from([1, -1n])).to.throw("value of cell 1 must be below the field order");
    expect(() => new PackedValues(2, new Uint8Array(65))).to.throw("2 elements have 64 bytes, got 65");
  });
});
