/** Our setup and prover against snarkjs', whose keys and proofs they make byte for byte, on random circuits. */
import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { G1_INFINITY } from "../../../../protocol/crypto/curve";
import * as F from "../../../../protocol/crypto/field";
import { useKey, type KeyHeader } from "../../../../protocol/prover/plonk/keyFile";
import { BLINDING_SCALARS, provePlonk } from "../../../../protocol/prover/plonk/prove";
import type { ProofWithPublics } from "../../../../protocol/prover/proof";
import { Random } from "../../../fixtures/random";
import { constraintFile, witnessBytes, witnessFile, type Term } from "./circuitFiles";
import { anyElement, CircuitBuilder, commitSeed, type Instance, type Wires } from "./randomCircuits";
import { snarkjsProof, snarkjsSetup, snarkjsVerifier } from "./snarkjs";
import { Workspace } from "./workspace";

const SRS_POWER = 12;

interface Shape {
  readonly name: string;
  readonly count: number;
  /** @param i the number of the circuit of this shape */
  build(random: Random, i: number): CircuitBuilder;
  /** That the circuit has the shape. */
  check(header: KeyHeader, i: number, lines: readonly string[]): void;
  blinding?(random: Random): bigint;
}

interface Case extends Instance {
  readonly zkey: string;
  readonly snarkjsKey: Buffer;
  readonly lines: readonly string[];
  readonly blinding: readonly bigint[];
}

/** A constraint that takes one gate. */
function addShort(builder: CircuitBuilder): void {
  const { random } = builder;
  const constant: Term[] = [[0, anyElement(random)]];
  const [one, other, two] = [1, 1, 2].map((count) => builder.combination(count));
  switch (random.int(4)) {
    case 0:
      builder.add(constant, one, two);
      break;
    case 1:
      builder.add(two, constant, one);
      break;
    case 2:
      builder.add([], one, builder.combination(3));
      break;
    default:
      builder.add(one, other, builder.combination(1));
  }
}

/** A circuit of exactly so many gates: one for each public input, one for each constraint. */
function ofGates(random: Random, gates: number, publicInputs: number): CircuitBuilder {
  const builder = new CircuitBuilder(random, { publicInputs, privateInputs: 9 });
  for (let i = publicInputs; i < gates; i++) addShort(builder);
  return builder;
}

function mixed(random: Random, wires: Wires, value?: (random: Random) => bigint): CircuitBuilder {
  const builder = new CircuitBuilder(random, { privateInputs: 8, ...wires }, value);
  for (let i = 0; i < 8; i++) builder.addRandom([3, 3, 5]);
  return builder;
}

const EXACT = [8, 16, 32, 64] as const;
/** From 2^12 on the prover reads the key in several parts. */
const LARGE_POWERS = [8, 9, 10, SRS_POWER] as const;

const SHAPES: readonly Shape[] = [
  {
    name: "short constraints, without additions",
    count: 3,
    build: (random, i) => ofGates(random, 10 + 5 * i, 1 + i),
    check: ({ additions }) => expect(additions).to.equal(0),
  },
  {
    name: "long sums on either side, hence many additions",
    count: 4,
    build(random) {
      const builder = new CircuitBuilder(random, { publicInputs: 1, privateInputs: 20 });
      const long = (): Term[] => builder.combination(8 + random.int(10));
      const constant: Term[] = [[0, anyElement(random)]];
      builder.add(long(), long(), long()).add(long(), constant, long()).add(constant, long(), long());
      return builder.add([], long(), long()).addZero(long(), long());
    },
    // At least 7 each in three combinations of the first constraint; 5, 5, 5 in the sums; 7 and 7 in the last.
    check: ({ additions }) => expect(additions).to.be.at.least(50),
  },
  {
    name: "constants only",
    count: 3,
    build(random, i) {
      const builder = new CircuitBuilder(random, { publicInputs: 1 + i });
      const constant = (): Term[] => [[0, anyElement(random)]];
      builder.add(constant(), constant(), constant()).add(constant(), constant(), []);
      return builder.add([], [], []).add(constant(), [], constant()).addZero(constant(), constant());
    },
    // The constants of a constraint that holds come to 0; the rest are the public inputs' gates.
    check({ commitments: { Qm, Ql, Qr, Qo, Qc } }) {
      for (const commitment of [Qm, Qr, Qo, Qc]) expect(commitment).to.deep.equal(G1_INFINITY);
      expect(Ql).to.not.deep.equal(G1_INFINITY);
    },
  },
  {
    name: "one public input",
    count: 3,
    build: (random) => mixed(random, { publicInputs: 1 }),
    check: ({ publics }) => expect(publics).to.equal(1),
  },
  {
    name: "eight public inputs",
    count: 3,
    build: (random) => mixed(random, { publicInputs: 8 }),
    check: ({ publics }) => expect(publics).to.equal(8),
  },
  {
    name: "public outputs",
    count: 3,
    build(random, i) {
      const builder = mixed(random, { outputs: 1 + i, publicInputs: i });
      const [wire] = builder.combination(1)[0];
      return builder.add([[wire, 1n]], builder.combination(2), [[1, 1n]]);
    },
    check: ({ publics }, i) => expect(publics).to.equal(1 + 2 * i),
  },
  {
    name: "unused wires",
    count: 3,
    build(random) {
      const builder = new CircuitBuilder(random, { publicInputs: 2, privateInputs: 20 });
      for (let i = 0; i < 5; i++) {
        const [a, b, c] = [2, 2, 3].map((count) => builder.combination(count, 10));
        builder.add(a, b, c);
      }
      return builder;
    },
    check(_header, _i, lines) {
      // Wires 11 to 22, and those of the first ten that were not drawn.
      expect(lines.length).to.be.at.least(12);
      expect(new Set(lines)).to.deep.equal(new Set(["Variable not used"]));
    },
  },
  {
    name: "values of 0 and small ones",
    count: 3,
    build: (random, i) => mixed(random, { publicInputs: 3 }, () => BigInt(random.int(1 + i))),
    check: ({ publics }) => expect(publics).to.equal(3),
  },
  {
    name: "values of r − 1",
    count: 3,
    build: (random) => mixed(random, { publicInputs: 3 }, () => F.R - 1n),
    check: ({ publics }) => expect(publics).to.equal(3),
  },
  {
    name: "a wire in all three columns of a gate",
    count: 3,
    build(random) {
      const builder = new CircuitBuilder(random, { publicInputs: 1, privateInputs: 3 });
      for (let i = 0; i < 12; i++) {
        const wire = 1 + random.int(4);
        const [a, b, c] = [0, 1, 2].map((): Term[] => [[wire, anyElement(random)]]);
        builder.add(a, b, c);
      }
      return builder;
    },
    check: ({ additions, gates }) => expect([additions, gates]).to.deep.equal([0, 13]),
  },
  {
    name: "coefficients that cancel",
    count: 3,
    build(random) {
      const builder = new CircuitBuilder(random, { publicInputs: 1, privateInputs: 8 });
      for (const count of [1, 2, 3, 4, 6]) {
        const factor = anyElement(random);
        const sum = builder.combination(count);
        const multiple = sum.map(([wire, coefficient]): Term => [wire, F.mul(factor, coefficient)]);
        builder.add([[0, factor]], sum, multiple).add(sum, [[0, factor]], multiple);
        const others = builder.combination(3).filter(([wire]) => !sum.some(([known]) => known === wire));
        builder.add(sum, [[0, factor]], [...multiple, ...others]);
      }
      return builder;
    },
    // Sums whose terms are all 0: the one of four wires takes an addition, that of six three, each three times.
    check: ({ additions }) => expect(additions).to.be.at.least(12),
  },
  {
    name: "as many gates as the domain has roots",
    count: EXACT.length,
    build: (random, i) => ofGates(random, EXACT[i], 2),
    check: ({ gates, power }, i) => expect([gates, 2 ** power]).to.deep.equal([EXACT[i], EXACT[i]]),
  },
  {
    name: "one gate more than a domain has roots",
    count: EXACT.length,
    build: (random, i) => ofGates(random, EXACT[i] + 1, 2),
    check: ({ gates, power }, i) => expect([gates, 2 ** power]).to.deep.equal([EXACT[i] + 1, 2 * EXACT[i]]),
  },
  {
    name: "the smallest domain, of 2^3 roots",
    count: 5,
    // Without any constraint at first.
    build: (random, i) => ofGates(random, 1 + i, 1),
    check: ({ gates, power }, i) => expect([gates, power]).to.deep.equal([1 + i, 3]),
  },
  {
    name: "blinding scalars of 0 and r − 1",
    count: 3,
    build: (random) => mixed(random, { publicInputs: 2 }),
    check: ({ publics }) => expect(publics).to.equal(2),
    blinding: (random) => random.pick([0n, F.R - 1n]),
  },
  {
    name: "large domains",
    count: LARGE_POWERS.length,
    build(random, i) {
      const builder = new CircuitBuilder(random, { publicInputs: 6, privateInputs: 60 });
      builder.addRandom([9, 9, 9]).addRandom([9, 9, 9]);
      for (let gates = 0; gates < 0.7 * 2 ** LARGE_POWERS[i]; gates++) addShort(builder);
      return builder;
    },
    check: ({ power }, i) => expect(power).to.equal(LARGE_POWERS[i]),
  },
];

describe("plonk: the same as snarkjs'", () => {
  const seed = commitSeed();
  let workspace: Workspace;

  before(async () => {
    // eslint-disable-next-line no-console -- the way to have a failure again
    console.log(`      seed: ${seed}`);
    workspace = await Workspace.open(SRS_POWER);
  });
  after(() => workspace.close());

  async function prepare(shape: Shape, i: number): Promise<Case> {
    const random = new Random(`${seed} ${shape.name} ${i}`);
    const instance = shape.build(random, i).finished;
    const zkey = await workspace.key(`${shape.name} ${i}`, instance.circuit);
    const { key, lines } = await snarkjsSetup(constraintFile(instance.circuit), workspace.ptau);
    const blinding = Array.from({ length: BLINDING_SCALARS }, () => shape.blinding?.(random) ?? anyElement(random));
    return { ...instance, zkey, snarkjsKey: key, lines, blinding };
  }

  it("at least 50 circuits are compared", () => {
    expect(SHAPES.reduce((sum, { count }) => sum + count, 0)).to.be.at.least(50);
  });

  for (const shape of SHAPES) {
    describe(shape.name, () => {
      const cases: Case[] = [];

      before(async () => {
        for (let i = 0; i < shape.count; i++) cases.push(await prepare(shape, i));
      });

      it("[proof] keys are byte-identical to snarkjs'", async () => {
        for (const [i, { zkey, snarkjsKey, lines }] of cases.entries()) {
          expect((await readFile(zkey)).equals(snarkjsKey), `circuit ${i}`).to.equal(true);
          shape.check(await useKey(zkey, async (_, header) => header), i, lines);
        }
      });

      it("[proof] proofs are byte-identical to snarkjs' for the same blinding", async () => {
        for (const [i, { zkey, snarkjsKey, witness, blinding }] of cases.entries()) {
          const ours = await provePlonk(zkey, witnessBytes(witness), { blinding });
          expect(ours, `circuit ${i}`).to.deep.equal(await snarkjsProof(snarkjsKey, witnessFile(witness), blinding));
        }
      });

      it("[proof] snarkjs accepts proofs with random blinding, and refuses them for another public input", async () => {
        for (const [i, { zkey, snarkjsKey, witness, circuit }] of cases.entries()) {
          const proven = await provePlonk(zkey, witnessBytes(witness));
          const verify = await snarkjsVerifier(snarkjsKey);
          expect(proven.publics).to.deep.equal(witness.slice(1, 1 + circuit.outputs + circuit.publicInputs));
          expect(await verify(proven), `circuit ${i}`).to.equal(true);
          for (let changed = 0; changed < proven.publics.length; changed++) {
            expect(await verify(withPublic(proven, changed)), `circuit ${i}, input ${changed}`).to.equal(false);
          }
        }
      });
    });
  }
});

/** The proof for another value of a public input. */
function withPublic({ proof, publics }: ProofWithPublics, changed: number): ProofWithPublics {
  return { proof, publics: publics.map((value, i) => (i === changed ? F.add(value, 1n) : value)) };
}
