import { HeaderWord, field, pack } from "../../../protocol/spec";
import * as F from "../../../protocol/crypto/field";
import { circuit, type CircuitTester } from "../../fixtures/circom";
import { expectNoSurvivors } from "../mutation";
import { draft } from "./forgery";
import { Judge, constraint } from "./judge";
import { notReadAs, type Reading } from "./reading";
import { NOW, SMALL, wideWorld, world } from "./world";

/** Bytes of the mask in the circuit: chains 8i to 8i + 7. The first is twice `half`, for bit 0 is none. */
const BYTES = Array.from({ length: 8 }, (_, i) => `suspended[${i}]`);
const SLOTS = Array.from({ length: 4 }, (_, i) => `feeCell[${i}]`);

/** In the small state balance cells have 5 bits. */
const HEADER: Reading = {
  widths: {
    number: 32,
    timestamp: 40,
    half: 7,
    ...Object.fromEntries(BYTES.slice(1).map((name) => [name, 8])),
    ...Object.fromEntries(SLOTS.map((name) => [name, 5])),
  },
  sums: (fields) => {
    const at = (name: string): bigint => BigInt(field(HeaderWord, name).offset);
    const parts = [fields.number + (fields.timestamp << at("timestamp"))];
    BYTES.forEach((name, j) => {
      const byte = j === 0 ? 2n * fields.half : fields[name];
      parts.push(byte << (at("suspended") + 8n * BigInt(j)));
    });
    SLOTS.forEach((name, j) => parts.push(fields[name] << at(`feeCell${j}`)));
    const sums: Record<string, bigint> = { "suspended[0]": 2n * fields.half };
    let sum = 0n;
    parts.forEach((part, i) => {
      sum += part;
      // The last one is the word.
      sums[i < parts.length - 1 ? `sum[${i}]` : "word"] = sum;
    });
    return sums;
  },
  input: ({ word }) => ({ word }),
};

describe("Header", () => {
  let tester: CircuitTester;
  let judge: Judge;
  before(async () => {
    tester = await circuit("batch/header.circom", "Header", [SMALL.cellBits]);
    judge = await Judge.create();
  });

  const highest = { number: (1n << 32n) - 1n, timestamp: (1n << 40n) - 1n, suspended: (1n << 64n) - 2n };
  const lastCells = { feeCell0: 31n, feeCell1: 31n, feeCell2: 31n, feeCell3: 31n };

  it("reads what the layout packs, at both ends of each range", async () => {
    await tester.expectPass(
      { word: pack(HeaderWord, { ...highest, ...lastCells }) },
      {
        number: highest.number,
        timestamp: highest.timestamp,
        suspended: [254n, 255n, 255n, 255n, 255n, 255n, 255n, 255n],
        feeCell: [31n, 31n, 31n, 31n],
        feeCellBits: new Array(4).fill([1n, 1n, 1n, 1n, 1n]),
      },
    );
    const none = { suspended: new Array<bigint>(8).fill(0n), feeCell: [0n, 0n, 0n, 0n] };
    await tester.expectPass({ word: 0n }, { number: 0n, timestamp: 0n, ...none });
    const mixed = { number: 1n, timestamp: 2n, suspended: 0x8070605040302012n };
    const bytes = [0x12n, 0x20n, 0x30n, 0x40n, 0x50n, 0x60n, 0x70n, 0x80n];
    const cells = { feeCell0: 3n, feeCell1: 4n, feeCell2: 5n, feeCell3: 6n };
    const word = pack(HeaderWord, { ...mixed, ...cells });
    await tester.expectPass({ word }, { number: 1n, timestamp: 2n, suspended: bytes, feeCell: [3n, 4n, 5n, 6n] });
  });

  it("C5, C21: bit 0 of the mask, a fee cell of N/2 or more, and bits above the fields", async () => {
    const bitsOf = (name: string, bits: number[]): bigint[] =>
      bits.map((i) => BigInt(field(HeaderWord, name).offset + i));
    const outside = [...bitsOf("suspended", [0]), 228n, 240n, 252n, 253n];
    for (let i = 0; i < 4; i++) outside.push(...bitsOf(`feeCell${i}`, [5, 22]));
    const full = pack(HeaderWord, { ...highest, ...lastCells });
    for (const bit of outside) {
      for (const word of [0n, full]) await tester.expectFail({ word: word | (1n << bit) }, "Header");
    }
    await tester.expectFail({ word: F.R - 1n }, "Header");
  });

  const fields = {
    number: 3n,
    timestamp: 9n,
    half: 5n,
    ...Object.fromEntries(BYTES.slice(1).map((name, i) => [name, BigInt(i + 1)])),
    ...Object.fromEntries(SLOTS.map((name, i) => [name, BigInt(i + 7)])),
  };
  for (const [name, bits] of Object.entries(HEADER.widths)) {
    it(`C5, C21: ${name} does not carry into the field above`, async () => {
      await notReadAs(tester, { ...fields, [name]: 1n << BigInt(bits) }, HEADER);
    });
  }

  it("C2: no signal can be changed alone", async () => {
    await expectNoSurvivors(tester, await tester.expectPass({ word: pack(HeaderWord, { ...highest, ...lastCells }) }));
    await expectNoSurvivors(tester, await tester.expectPass({ word: 0n }));
  });

  describe("in a batch", () => {
    it("C5: every field at its most; what the rollup checks is not the circuit's", async () => {
      const { state } = world();
      const header = pack(HeaderWord, { ...highest, ...lastCells });
      await judge.proves(state, { header, feeCells: [31, 31, 31, 31] });
      await judge.proves(state, { header: 0n });
    });

    it("C5: bit 0 of the mask, a fee cell of too many bits, and bits above the fields", async () => {
      const { state } = world();
      const { words } = draft(state, {});
      for (const bit of [72n, 141n, 158n, 164n, 210n, 227n, 228n, 252n, 253n]) {
        await judge.refuses(state, { header: words[0] | (1n << bit) }, /Header/);
      }
    });

    it("C7: a fee slot's access to another cell than the header's", async () => {
      const { state } = wideWorld();
      const header = (feeCell2: bigint): bigint =>
        pack(HeaderWord, { number: 2n, timestamp: BigInt(NOW), feeCell0: 7n, feeCell2 });
      await judge.proves(state, { header: header(9n), feeCells: [7, 0, 9, 0] });
      const digest = constraint("batch", "digest ===");
      for (const cell of [0n, 8n, 31n])
        await judge.refuses(state, { header: header(cell), feeCells: [7, 0, 9, 0] }, digest);
      await judge.refuses(state, { header: header(9n), feeCells: [7, 9, 0, 0] }, digest);
      // A number with the bits of cell 9 and one more.
      await judge.refuses(state, { header: header(9n + 32n), feeCells: [7, 0, 9, 0] }, /Header/);
    });
  });
});
