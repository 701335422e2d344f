import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { plonk, type MemoryFile } from "snarkjs";
import { buildDevelopmentSrs } from "../../protocol/crypto/developmentSrs";
import { countPlonkGates } from "../../scripts/gates-count";
import { rejection } from "../fixtures/rejection";
import { compileTester, type CircuitTester } from "../fixtures/circom";

/** Long sums in each place of a constraint, constants as factors, a term that cancels, public inputs and outputs. */
const SHAPES = `
pragma circom 2.2.0;
template Shapes() {
  signal input in[7];
  signal input other;
  signal output out;
  var sum = 3;
  for (var i = 0; i < 7; i++) sum += (i + 2) * in[i];
  signal long <== sum;
  signal product <== (sum + 1) * (in[0] - in[1]) + in[2] + in[3] + 5;
  signal square <== other * other + 7;
  signal scaled <== 9 * (in[0] + in[1] + other) - 9 * other + 4;
  in[0] * (in[0] - 1) === 0;
  out <== long + product + square + scaled;
}
component main {public [in]} = Shapes();
`;

const POSEIDON = `
pragma circom 2.2.0;
include "circomlib/circuits/poseidon.circom";
component main = Poseidon(2);
`;

describe("scripts/gates-count", () => {
  let folder: string;
  let ptau: string;

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "gates-"));
    ptau = path.join(folder, "small.ptau");
    await buildDevelopmentSrs(ptau, 10);
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  /** The number of gates that snarkjs' setup logs. */
  async function gatesOfSetup(circuit: CircuitTester): Promise<number> {
    const lines: string[] = [];
    const log = (line: string): void => void lines.push(line);
    const key: MemoryFile = { type: "mem" };
    await plonk.setup(path.join(circuit.directory, "main.r1cs"), ptau, key, {
      debug: log,
      info: log,
      warn: log,
      error: log,
    });
    const match = /Plonk constraints: (\d+)/.exec(lines.join("\n"));
    if (!match) throw new Error("snarkjs logged no number of constraints");
    return Number(match[1]);
  }

  for (const [name, source] of Object.entries({ Shapes: SHAPES, Poseidon: POSEIDON })) {
    it(`counts ${name} as snarkjs' setup does`, async () => {
      const circuit = await compileTester(source, { name });
      const count = await countPlonkGates(path.join(circuit.directory, "main.r1cs"));
      expect(count.gates).to.equal(await gatesOfSetup(circuit));
      expect(count.gates).to.equal(count.publics + count.constraints + count.additions);
      expect(count.additions).to.be.greaterThan(0);
    });
  }

  it("refuses a file that is not an r1cs file", async () => {
    expect((await rejection(countPlonkGates(ptau))).message).to.match(/r1cs/);
  });
});
