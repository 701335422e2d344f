import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { primeField } from "../../../../protocol/crypto/binfile";
import { Q } from "../../../../protocol/crypto/curve";
import * as F from "../../../../protocol/crypto/field";
import type { Progress } from "../../../../protocol/prover";
import { encodeFileElement } from "../../../../protocol/prover/plonk/keyFile";
import { BLINDING_SCALARS, provePlonk, type ProveOptions } from "../../../../protocol/prover/plonk/prove";
import type { ProofWithPublics } from "../../../../protocol/prover/proof";
import { rejection } from "../../../fixtures/rejection";
import { constraintFile, fileOf, number, sectionsOf, witnessBytes, witnessFile, type Section } from "./circuitFiles";
import {
  ADDITION_GATE,
  PRODUCT,
  PRODUCT_GATE,
  PRODUCT_GATES,
  productWitness,
  squares,
  squaresWitness,
  SUM_GATE,
} from "./smallCircuits";
import { snarkjsVerifier } from "./snarkjs";
import { Workspace } from "./workspace";

const SRS_POWER = 12;
const MEGABYTE = 2 ** 20;
/** Gates on a domain of 2^12 roots, which is read in two parts. */
const MANY = 2100;
const PHASES = ["key", "wires", "permutation", "quotient", "openings"];
/** A key's sections by number, as errors call them. */
const SECTIONS: Record<number, string> = {
  1: "protocol",
  2: "header",
  3: "additions",
  4: "wires a",
  5: "wires b",
  6: "wires c",
  7: "selector Qm",
  8: "selector Ql",
  9: "selector Qr",
  10: "selector Qo",
  11: "selector Qc",
  12: "permutations",
  13: "Lagrange polynomials",
  14: "powers of tau",
};

describe("plonk: proving", () => {
  const witness = productWitness(3n, 5n);
  const bytes = witnessBytes(witness);
  let workspace: Workspace;
  let key: string;
  let keyBytes: Buffer;
  let manyKey: string;
  let verify: (proof: ProofWithPublics) => Promise<boolean>;

  before(async () => {
    workspace = await Workspace.open(SRS_POWER);
    key = await workspace.key("product", PRODUCT);
    manyKey = await workspace.key("squares", squares(MANY));
    keyBytes = await readFile(key);
    verify = await snarkjsVerifier(keyBytes);
  });
  after(() => workspace.close());

  const refusal = async (zkey: string, values: Uint8Array = bytes, options?: ProveOptions): Promise<string> =>
    (await rejection(provePlonk(zkey, values, options))).message;

  /** What is said of a changed key. */
  async function refusalOf(content: Uint8Array): Promise<string> {
    const changed = await workspace.write("changed.zkey", content);
    const message = await refusal(changed);
    return message.replace(`${changed}: `, "changed.zkey: ");
  }

  /** The key with other sections. */
  function withSections(change: (section: Section) => Section): Buffer {
    return fileOf("zkey", 1, sectionsOf(keyBytes).map(change));
  }

  /** The key with some bytes of a section replaced. */
  function withBytes(section: number, offset: number, replacement: Uint8Array): Buffer {
    return withSections(({ number, content }) => {
      const copy = Buffer.from(content);
      if (number === section) copy.set(replacement, offset);
      return { number, content: copy };
    });
  }

  const sizeOf = (section: number): number =>
    sectionsOf(keyBytes).find(({ number }) => number === section)?.content.length ?? NaN;

  it("[proof] proves what snarkjs accepts", async () => {
    const proven = await provePlonk(key, bytes);
    expect(proven.publics).to.deep.equal([15n, 3n]);
    expect(proven.proof).to.have.length(24);
    expect(await verify(proven)).to.equal(true);
  });

  it("[proof] proves a circuit without public inputs", async () => {
    const circuit = { ...PRODUCT, outputs: 0, publicInputs: 0, privateInputs: 4 };
    const zkey = await workspace.key("private", circuit);
    const proven = await provePlonk(zkey, bytes);
    expect(proven.publics).to.deep.equal([]);
    expect(await (await snarkjsVerifier(await readFile(zkey)))(proven)).to.equal(true);
  });

  it("[proof] takes no notice of the value of wire 0, as snarkjs does not", async () => {
    const blinding = Array.from({ length: BLINDING_SCALARS }, (_, i) => BigInt(i + 1));
    const proven = await provePlonk(key, bytes, { blinding });
    const another = await provePlonk(key, witnessBytes([9n, ...witness.slice(1)]), { blinding });
    expect(another).to.deep.equal(proven);
    expect(await verify(another)).to.equal(true);
  });

  it("[proof] makes the same proof with any number of threads", async () => {
    const blinding = Array.from({ length: BLINDING_SCALARS }, (_, i) => BigInt(i + 1));
    const proofs = [];
    for (const threads of [1, 2, 3]) proofs.push(await provePlonk(key, bytes, { blinding, threads }));
    expect(await verify(proofs[0])).to.equal(true);
    expect(proofs[1]).to.deep.equal(proofs[0]);
    expect(proofs[2]).to.deep.equal(proofs[0]);
  });

  describe("witness", () => {
    it("refuses the key of another circuit and says how many values it takes", async () => {
      expect(await refusal(manyKey)).to.equal(
        `${manyKey}: is the key of another circuit: it takes ${2 + 2 * MANY} values, the witness has 5`,
      );
    });

    it("refuses a witness with a value too few or too many, half a value, or none", async () => {
      const longer = witnessBytes([...witness, 0n]);
      for (const [values, count] of [
        [bytes.subarray(32), "4"],
        [longer, "6"],
        [longer.subarray(0, 32 * 5 + 16), "5.5"],
        [new Uint8Array(0), "0"],
      ] as const) {
        expect(await refusal(key, values)).to.equal(
          `${key}: is the key of another circuit: it takes 5 values, the witness has ${count}`,
        );
      }
    });

    it("names the gate that a witness breaks", async () => {
      const broken = (wire: number): Promise<string> =>
        refusal(key, witnessBytes(witness.map((value, i) => (i === wire ? F.add(value, 1n) : value))));
      const message = (gate: number): string =>
        `the witness does not satisfy the circuit: it breaks gate ${gate} of ${PRODUCT_GATES}`;
      // s is only in the sum; every other wire is in the product and in the sum, and either may be named.
      expect(await broken(4)).to.equal(message(SUM_GATE));
      for (const wire of [1, 2, 3]) expect([PRODUCT_GATE, SUM_GATE].map(message)).to.include(await broken(wire));
    });

    it("names the gate in every lane and in every part of a large domain", async () => {
      const values = squaresWitness(MANY);
      // Four lanes of 1024 rows, each in two parts.
      for (const gate of [1, 2, 511, 512, 1023, 1024, 1535, 1536, 2047, 2048, MANY]) {
        const wire = 3 + 2 * (gate - 1);
        const broken = witnessBytes(values.map((value, i) => (i === wire ? value + 1n : value)));
        expect(await refusal(manyKey, broken)).to.equal(
          `the witness does not satisfy the circuit: it breaks gate ${gate} of ${MANY + 1}`,
        );
      }
    });
  });

  describe("key", () => {
    it("names a file that does not exist or is no key", async () => {
      const missing = workspace.path("missing.zkey");
      expect(await refusal(missing)).to.equal(`${missing}: cannot be opened (ENOENT)`);
      for (const content of [Buffer.alloc(0), Buffer.from("zkey"), constraintFile(PRODUCT), witnessFile(witness)]) {
        expect(await refusalOf(content)).to.equal("changed.zkey: not a .zkey file");
      }
      const other = Buffer.from(keyBytes);
      other.writeUInt32LE(2, 4);
      expect(await refusalOf(other)).to.equal("changed.zkey: .zkey version 2 is not supported, only 1");
    });

    it("names the file that was cut off, and the section when the cut is in its content", async () => {
      const cut = (length: number): Promise<string> => refusalOf(keyBytes.subarray(0, length));
      expect(await cut(11)).to.equal("changed.zkey: not a .zkey file");
      let offset = 12;
      for (const { number, content } of sectionsOf(keyBytes)) {
        for (const length of [offset, offset + 11]) {
          expect(await cut(length)).to.equal(`changed.zkey: ends at byte ${length}, inside a section`);
        }
        offset += 12;
        for (const length of [offset, offset + Math.floor(content.length / 2), offset + content.length - 1]) {
          expect(await cut(length)).to.equal(`changed.zkey: ends inside section ${number}`);
        }
        offset += content.length;
      }
      expect(offset).to.equal(keyBytes.length);
    });

    for (const [section, name] of Object.entries(SECTIONS)) {
      it(`names section ${section} (${name}) when it is missing, repeated or of another size`, async () => {
        const place = Number(section);
        const renumbered = (from: number, to: number): Buffer =>
          withSections(({ number, content }) => ({ number: number === from ? to : number, content }));
        expect(await refusalOf(renumbered(place, 99))).to.equal(
          `changed.zkey: section ${section} (${name}) is missing`,
        );
        expect(await refusalOf(renumbered(place === 1 ? 2 : 1, place))).to.equal(
          `changed.zkey: section ${section} comes twice`,
        );
        const shorter = withSections(({ number, content }) => ({
          number,
          content: number === place ? content.subarray(1) : content,
        }));
        const size = sizeOf(place);
        expect(await refusalOf(shorter)).to.equal(
          place === 1
            ? "changed.zkey: section 1 has 3 bytes, 4 are needed"
            : `changed.zkey: section ${section} (${name}) must have ${size} bytes, got ${size - 1}`,
        );
      });
    }

    it("refuses the key of another proof system", async () => {
      // Groth16 and FFLONK.
      for (const protocol of [1, 10]) {
        expect(await refusalOf(withBytes(1, 0, number(protocol)))).to.equal("changed.zkey: the key must be for PLONK");
      }
    });

    it("refuses the key of another curve", async () => {
      const width = primeField(Q).length;
      for (const [offset, prime] of [
        [0, F.R],
        [width, Q],
      ] as const) {
        expect(await refusalOf(withBytes(2, offset, primeField(prime)))).to.equal(
          "changed.zkey: the key must be for BN254",
        );
      }
    });

    it("refuses a domain whose size is no power of two, too small, or smaller than the gates need", async () => {
      const [size, gates] = [80, 88];
      for (const [offset, value, message] of [
        [size, 0, `domain of 0 roots does not fit ${PRODUCT_GATES} gates`],
        [size, 4, `domain of 4 roots does not fit ${PRODUCT_GATES} gates`],
        [size, 12, `domain of 12 roots does not fit ${PRODUCT_GATES} gates`],
        [size, 2 ** 29, `domain of 536870912 roots does not fit ${PRODUCT_GATES} gates`],
        [gates, 9, "domain of 8 roots does not fit 9 gates"],
      ] as const) {
        expect(await refusalOf(withBytes(2, offset, number(value)))).to.equal(`changed.zkey: the header's ${message}`);
      }
    });

    it("refuses gates and additions of wires that do not exist", async () => {
      for (const [section, column] of [
        [4, "a"],
        [5, "b"],
        [6, "c"],
      ] as const) {
        // Five values and a sum: the last wire is 5.
        expect(await refusalOf(withBytes(section, 4 * SUM_GATE, number(6)))).to.equal(
          `changed.zkey: gate ${SUM_GATE} has a wire ${column} that does not exist`,
        );
      }
      for (const offset of [0, 4]) {
        expect(await refusalOf(withBytes(3, offset, number(5)))).to.equal(
          "changed.zkey: addition 0 takes a wire that comes later",
        );
      }
    });

    it("refuses a key in which an addition has another factor", async () => {
      // The addition's own gate and the one that takes its sum are broken, and either may be named.
      const gates = [ADDITION_GATE, SUM_GATE].map((gate) => `it breaks gate ${gate} of ${PRODUCT_GATES}`);
      const message = await refusalOf(withBytes(3, 8, encodeFileElement(2n)));
      expect(gates.map((gate) => `the witness does not satisfy the circuit: ${gate}`)).to.include(message);
    });

    it("refuses a key whose permutation is not that of its wires", async () => {
      // After a polynomial's 8 coefficients come its values on 32 roots, of which every fourth is of the domain.
      const valueOf = (row: number): number => (8 + 4 * row) * 32;
      expect(await refusalOf(withBytes(12, valueOf(PRODUCT_GATE), encodeFileElement(1n)))).to.equal(
        "the wires do not respect the key's permutation",
      );
    });

    it("makes no proof with a key whose polynomials disagree with their values", async () => {
      for (const section of [7, 8, 9, 10, 11, 12]) {
        expect(await refusalOf(withBytes(section, 0, encodeFileElement(1n))), `section ${section}`).to.include(
          "is not divisible",
        );
      }
    });
  });

  describe("blinding", () => {
    const scalars = (count: number): bigint[] => Array.from({ length: count }, (_, i) => BigInt(i));

    it("refuses another number of scalars than eleven", async () => {
      for (const count of [0, 10, 12]) {
        const error = await rejection(provePlonk(key, bytes, { blinding: scalars(count) }));
        expect(error).to.be.instanceOf(RangeError);
        expect(error.message).to.equal(`there are 11 blinding scalars, got ${count}`);
      }
    });

    it("refuses a scalar that is no field element and says which", async () => {
      for (const [place, value] of [
        [0, F.R],
        [4, -1n],
        [10, 2n ** 256n],
      ] as const) {
        const blinding = scalars(BLINDING_SCALARS).map((scalar, i) => (i === place ? value : scalar));
        const error = await rejection(provePlonk(key, bytes, { blinding }));
        expect(error).to.be.instanceOf(RangeError);
        expect(error.message).to.match(new RegExp(`^blinding scalar ${place + 1} must .*, got ${value}$`));
      }
      const blinding = [...scalars(10), 1] as bigint[];
      expect(await rejection(provePlonk(key, bytes, { blinding }))).to.be.instanceOf(TypeError);
    });

    it("[proof] draws other scalars for each proof", async () => {
      const [first, second] = [await provePlonk(key, bytes), await provePlonk(key, bytes)];
      // Each word is blinded but the values of the permutation's polynomials, and those are at another point.
      first.proof.forEach((word, i) => expect(word, `word ${i}`).to.not.equal(second.proof[i]));
      expect([await verify(first), await verify(second)]).to.deep.equal([true, true]);
    });
  });

  describe("progress", () => {
    for (const [name, keyOf, values] of [
      ["a small", () => key, witness],
      ["a large", () => manyKey, squaresWitness(MANY)],
    ] as const) {
      it(`[proof] of ${name} circuit goes through the phases in order, each from 0 to its total`, async () => {
        const steps: Progress[] = [];
        await provePlonk(keyOf(), witnessBytes(values), { onProgress: (step) => steps.push(step) });
        expect([...new Set(steps.map(({ phase }) => phase))]).to.deep.equal(PHASES);
        const expected = PHASES.flatMap((phase) => {
          const total = steps.find((step) => step.phase === phase)?.total ?? NaN;
          return Array.from({ length: total + 1 }, (_, done) => ({ phase, done, total }));
        });
        expect(steps).to.deep.equal(expected);
      });
    }
  });

  describe("cancelling", () => {
    const reason = new Error("no longer wanted");

    it("[proof] before the start rejects with the signal's reason, and shows no progress", async () => {
      const steps: Progress[] = [];
      const options = { signal: AbortSignal.abort(reason), onProgress: (step: Progress) => steps.push(step) };
      expect(await rejection(provePlonk(key, bytes, options))).to.equal(reason);
      expect(steps).to.deep.equal([]);
      expect(await verify(await provePlonk(key, bytes))).to.equal(true);
    });

    for (const phase of PHASES) {
      it(`[proof] in the phase "${phase}" rejects with the signal's reason, and the next proof works`, async () => {
        const controller = new AbortController();
        let after = 0;
        const onProgress = (step: Progress): void => {
          if (controller.signal.aborted && step.phase !== phase) after++;
          if (step.phase === phase) controller.abort(reason);
        };
        const proving = provePlonk(key, bytes, { signal: controller.signal, onProgress });
        expect(await rejection(proving)).to.equal(reason);
        expect(after).to.equal(0);
        expect(await verify(await provePlonk(key, bytes))).to.equal(true);
      });
    }

    it("[proof] while the threads are at work stops them", async () => {
      const controller = new AbortController();
      const steps: Progress[] = [];
      const onProgress = (step: Progress): void => {
        steps.push(step);
        if (step.phase === "quotient" && step.done === 1) setImmediate(() => controller.abort(reason));
      };
      const values = witnessBytes(squaresWitness(MANY));
      const error = await rejection(provePlonk(manyKey, values, { signal: controller.signal, onProgress }));
      const { length } = steps;
      expect(error).to.equal(reason);
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(steps).to.have.length(length);
      const last = steps[length - 1];
      expect(last.phase).to.equal("quotient");
      expect(last.done).to.be.lessThan(last.total);
    });

    it("[proof] does not disturb another proof, and comes too late after the end", async () => {
      const controller = new AbortController();
      const onProgress = ({ phase }: Progress): void => {
        if (phase === "permutation") controller.abort(reason);
      };
      const [cancelled, other] = await Promise.all([
        rejection(provePlonk(key, bytes, { signal: controller.signal, onProgress })),
        provePlonk(key, bytes),
      ]);
      expect(cancelled).to.equal(reason);
      expect(await verify(other)).to.equal(true);

      const late = new AbortController();
      const proven = await provePlonk(key, bytes, { signal: late.signal });
      late.abort(reason);
      expect(await verify(proven)).to.equal(true);
      expect(await verify(await provePlonk(key, bytes))).to.equal(true);
    });
  });

  it("[proof] makes several proofs at the same time", async () => {
    const other = productWitness(7n, 11n);
    const many = squaresWitness(MANY);
    const [first, second, third] = await Promise.all([
      provePlonk(key, bytes),
      provePlonk(key, witnessBytes(other)),
      provePlonk(manyKey, witnessBytes(many)),
    ]);
    expect([first.publics, second.publics]).to.deep.equal([
      [15n, 3n],
      [77n, 7n],
    ]);
    expect([await verify(first), await verify(second)]).to.deep.equal([true, true]);
    expect(await (await snarkjsVerifier(await readFile(manyKey)))(third)).to.equal(true);
  });

  it("[proof] memory does not grow over 100 proofs", async () => {
    // The witness is what makes each proof touch much memory; else a hundred held memories would not be seen.
    const unused = 300_000;
    const zkey = await workspace.key("wide", { ...PRODUCT, privateInputs: PRODUCT.privateInputs + unused });
    const values = Buffer.concat([bytes, Buffer.alloc(32 * unused, 1)]);
    const bound = 150 * MEGABYTE;
    const [first, last] = [20, 100];
    expect((last - first) * values.length).to.be.greaterThan(4 * bound, "what would be held");
    let early = 0;
    for (let i = 1; i <= last; i++) {
      await provePlonk(zkey, values);
      if (i === first) early = process.memoryUsage().rss;
    }
    expect(process.memoryUsage().rss - early).to.be.lessThan(bound);
  });
});
