import { expect } from "chai";
import { Q } from "../../../../protocol/crypto/curve";
import { primeField } from "../../../../protocol/crypto/binfile";
import * as F from "../../../../protocol/crypto/field";
import { readConstraints } from "../../../../protocol/prover/plonk/constraintFile";
import { readWitness } from "../../../../protocol/prover/plonk/witnessFile";
import { rejection } from "../../../fixtures/rejection";
import {
  constraintFile,
  constraintSections,
  element,
  fileOf,
  number,
  witnessBytes,
  witnessSections,
  type Circuit,
  type Constraint,
  type Section,
} from "./circuitFiles";
import { Workspace } from "./workspace";

/** Seven wires: the constant, outputs 1 and 2, public inputs 3 and 4 and 5, private input 6. */
const WIRES = { outputs: 2, publicInputs: 3, privateInputs: 1 };
const WIRE_COUNT = 7;
const CIRCUIT: Circuit = {
  ...WIRES,
  constraints: [
    [
      [
        [1, 1n],
        [6, F.R - 1n],
      ],
      [
        [0, 2n ** 64n - 1n],
        [2, 2n ** 64n],
        [3, 2n ** 192n + 5n],
      ],
      [[4, 0n]],
    ],
    [[], [[0, 7n]], []],
  ],
};
const WITNESS = [1n, 0n, 2n ** 64n, F.R - 1n, 5n];

describe("plonk: files", () => {
  let workspace: Workspace;

  before(async () => (workspace = await Workspace.open(3)));
  after(() => workspace.close());

  /** What is wrong with a file by what `read` says, with a short name instead of the path. */
  async function refusal(read: (path: string) => Promise<unknown>, content: Uint8Array): Promise<string> {
    const path = await workspace.write("file", content);
    return (await rejection(read(path))).message.replace(path, "file");
  }

  /** One section of several with other content. */
  function replaced(sections: readonly Section[], place: number, content: Uint8Array): Section[] {
    return sections.map((section) => (section.number === place ? { number: place, content } : section));
  }

  /** The content of a section with some bytes replaced. */
  function patched(sections: readonly Section[], place: number, offset: number, bytes: Uint8Array): Section[] {
    const content = Buffer.from(sections[place - 1].content);
    content.set(bytes, offset);
    return replaced(sections, place, content);
  }

  describe("constraints", () => {
    /** Reads the file and all its constraints. */
    const readAll = async (path: string): Promise<Constraint[]> => {
      const constraints = await readConstraints(path);
      return [...constraints.read()].map(([a, b, c]): Constraint => {
        const [x, y, z] = [a, b, c].map(({ wires, coefficients }) =>
          wires.map((wire, i) => [wire, coefficients[i]] as const),
        );
        return [x, y, z];
      });
    };
    const refused = (content: Uint8Array): Promise<string> => refusal(readAll, content);
    const sections = constraintSections(CIRCUIT);
    const withSections = (changed: readonly Section[]): Buffer => fileOf("r1cs", 1, changed);
    const withConstraints = (constraints: readonly Constraint[]): Buffer => constraintFile({ ...WIRES, constraints });

    it("are read in order, with the number of wires and of public ones", async () => {
      const path = await workspace.write("circuit.r1cs", constraintFile(CIRCUIT));
      expect(await readConstraints(path)).to.deep.include({ variables: WIRE_COUNT, publics: 5, count: 2 });
      expect(await readAll(path)).to.deep.equal(CIRCUIT.constraints);
    });

    it("can be read again", async () => {
      const constraints = await readConstraints(await workspace.write("circuit.r1cs", constraintFile(CIRCUIT)));
      const first = [...constraints.read()];
      expect(first).to.have.length(CIRCUIT.constraints.length);
      expect([...constraints.read()]).to.deep.equal(first);
    });

    it("have their wires in ascending order, whatever the file's is", async () => {
      const path = await workspace.write(
        "unsorted.r1cs",
        withConstraints([
          [
            [
              [6, 1n],
              [0, 2n],
              [3, 3n],
            ],
            [
              [2, 4n],
              [1, 5n],
            ],
            [],
          ],
        ]),
      );
      expect(await readAll(path)).to.deep.equal([
        [
          [
            [0, 2n],
            [3, 3n],
            [6, 1n],
          ],
          [
            [1, 5n],
            [2, 4n],
          ],
          [],
        ],
      ]);
    });

    it("may be none", async () => {
      const path = await workspace.write("empty.r1cs", withConstraints([]));
      expect(await readAll(path)).to.deep.equal([]);
    });

    it("are not read from a missing file, another kind of file or another version", async () => {
      const missing = workspace.path("missing.r1cs");
      expect((await rejection(readConstraints(missing))).message).to.equal(`${missing}: cannot be opened (ENOENT)`);
      expect(await refused(fileOf("wtns", 1, sections))).to.equal("file: not a .r1cs file");
      expect(await refused(Buffer.from("r1cs"))).to.equal("file: not a .r1cs file");
      for (const version of [0, 2]) {
        expect(await refused(fileOf("r1cs", version, sections))).to.equal(
          `file: .r1cs version ${version} is not supported, only 1`,
        );
      }
    });

    it("are not read from a file that was cut off at any byte", async () => {
      const whole = constraintFile(CIRCUIT);
      const starts = sectionStarts(sections);
      for (let length = 0; length < whole.length; length++) {
        const message = await refused(whole.subarray(0, length));
        expect(message, `${length} bytes`).to.equal(cutMessage("r1cs", length, starts));
      }
    });

    it("are not read from a file with a section repeated or missing", async () => {
      for (const [place, name] of [
        [1, "header"],
        [2, "constraints"],
      ] as const) {
        expect(await refused(withSections([...sections, sections[place - 1]]))).to.equal(
          `file: section ${place} comes twice`,
        );
        expect(await refused(withSections(sections.filter((section) => section.number !== place)))).to.equal(
          `file: section ${place} (${name}) is missing`,
        );
      }
    });

    it("are not read from a header of another size or for another prime", async () => {
      const { content } = sections[0];
      for (const changed of [content.subarray(0, -1), Buffer.concat([content, Buffer.alloc(1)])]) {
        expect(await refused(withSections(replaced(sections, 1, changed)))).to.equal(
          `file: section 1 (header) must have ${content.length} bytes, got ${changed.length}`,
        );
      }
      for (const prime of [primeField(Q), primeField(F.R - 2n), number(64)]) {
        expect(await refused(withSections(patched(sections, 1, 0, prime)))).to.equal(
          "file: the constraints must be for BN254",
        );
      }
    });

    it("have no wire that the header does not count, in any place", async () => {
      const beyond = [[WIRE_COUNT, 1n]] as const;
      for (const constraint of [
        [beyond, [], []],
        [[], beyond, []],
        [[], [], [[1, 1n], ...beyond]],
      ] satisfies Constraint[]) {
        expect(await refused(withConstraints([CIRCUIT.constraints[0], constraint]))).to.equal(
          `file: constraint 1 has the wire ${WIRE_COUNT} of ${WIRE_COUNT}`,
        );
      }
      const last = await workspace.write("last.r1cs", withConstraints([[[[WIRE_COUNT - 1, 1n]], [], []]]));
      expect(await readAll(last)).to.have.length(1);
    });

    it("name the one in which their section ends", async () => {
      const { content } = sections[1];
      // A combination is its number of terms, 4 bytes, and 36 bytes a term: 228 and 48 in the two constraints.
      const starts = [0, 4 + 36 * 2 + 4 + 36 * 3 + 4 + 36, content.length];
      for (const [length, constraint] of [
        [0, 0],
        [3, 0],
        [4, 0],
        [39, 0],
        [starts[1] - 1, 0],
        [starts[1], 1],
        [starts[2] - 1, 1],
      ]) {
        expect(await refused(withSections(replaced(sections, 2, content.subarray(0, length))))).to.equal(
          `file: ends inside constraint ${constraint}`,
        );
      }
      const counted = patched(sections, 1, sections[0].content.length - 4, number(3));
      expect(await refused(withSections(counted))).to.equal("file: ends inside constraint 2");
      const endless = patched(sections, 2, 0, number(2 ** 32 - 1));
      expect(await refused(withSections(endless))).to.equal("file: ends inside constraint 0");
    });
  });

  describe("witness", () => {
    const refused = (content: Uint8Array): Promise<string> => refusal(readWitness, content);
    const sections = witnessSections(WITNESS);
    const withSections = (changed: readonly Section[]): Buffer => fileOf("wtns", 2, changed);

    it("is its values, 32 bytes each, least significant byte first", async () => {
      const values = await readWitness(await workspace.write("witness.wtns", withSections(sections)));
      expect(values).to.have.length(32 * WITNESS.length);
      expect(values[32 * 2 + 8]).to.equal(1);
      expect(Buffer.from(values).equals(witnessBytes(WITNESS))).to.equal(true);
    });

    it("is not read from a missing file, another kind of file or another version", async () => {
      const missing = workspace.path("missing.wtns");
      expect((await rejection(readWitness(missing))).message).to.equal(`${missing}: cannot be opened (ENOENT)`);
      expect(await refused(fileOf("r1cs", 2, sections))).to.equal("file: not a .wtns file");
      expect(await refused(Buffer.from("wtns"))).to.equal("file: not a .wtns file");
      for (const version of [1, 3]) {
        expect(await refused(fileOf("wtns", version, sections))).to.equal(
          `file: .wtns version ${version} is not supported, only 2`,
        );
      }
    });

    it("is not read from a file that was cut off at any byte", async () => {
      const whole = withSections(sections);
      const starts = sectionStarts(sections);
      for (let length = 0; length < whole.length; length++) {
        const message = await refused(whole.subarray(0, length));
        expect(message, `${length} bytes`).to.equal(cutMessage("wtns", length, starts));
      }
    });

    it("is not read from a file with a section repeated or missing", async () => {
      for (const [place, name] of [
        [1, "header"],
        [2, "values"],
      ] as const) {
        expect(await refused(withSections([...sections, sections[place - 1]]))).to.equal(
          `file: section ${place} comes twice`,
        );
        expect(await refused(withSections(sections.filter((section) => section.number !== place)))).to.equal(
          `file: section ${place} (${name}) is missing`,
        );
      }
    });

    it("is not read from a header of another size or for another prime", async () => {
      const { content } = sections[0];
      for (const changed of [content.subarray(0, -1), Buffer.concat([content, Buffer.alloc(1)])]) {
        expect(await refused(withSections(replaced(sections, 1, changed)))).to.equal(
          `file: section 1 (header) must have ${content.length} bytes, got ${changed.length}`,
        );
      }
      for (const prime of [primeField(Q), primeField(F.R - 2n), number(64)]) {
        expect(await refused(withSections(patched(sections, 1, 0, prime)))).to.equal(
          "file: the witness must be for BN254",
        );
      }
    });

    it("has as many values as its header says", async () => {
      const { content } = sections[1];
      const size = 32 * WITNESS.length;
      for (const changed of [content.subarray(32), Buffer.concat([content, element(1n)]), content.subarray(1)]) {
        expect(await refused(withSections(replaced(sections, 2, changed)))).to.equal(
          `file: section 2 (values) must have ${size} bytes, got ${changed.length}`,
        );
      }
    });
  });
});

/** Where the sections' contents begin and end. */
function sectionStarts(sections: readonly Section[]): { number: number; start: number; end: number }[] {
  let end = 12;
  return sections.map(({ number, content }) => {
    const start = end + 12;
    end = start + content.length;
    return { number, start, end };
  });
}

/** What is said of a file of which only `length` bytes are left: by whether a section's content was reached. */
function cutMessage(magic: string, length: number, sections: ReturnType<typeof sectionStarts>): string {
  if (length < 12) return `file: not a .${magic} file`;
  const cut = sections.find(({ end }) => length < end);
  if (cut === undefined) throw new Error("nothing was cut off");
  return length < cut.start
    ? `file: ends at byte ${length}, inside a section`
    : `file: ends inside section ${cut.number}`;
}
