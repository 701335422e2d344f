import { expect } from "chai";
import { compileCircuit, sizeSpec, type CircuitSource } from "../../../protocol/prover";
import { readConstraints } from "../../../protocol/prover/plonk/constraintFile";

/** Of the public wires 1..n, those that no constraint uses. */
async function unusedPublics(circuit: CircuitSource): Promise<{ publics: number; unused: number[] }> {
  const constraints = await readConstraints((await compileCircuit(circuit)).r1cs);
  const used = new Set([...constraints.read()].flat().flatMap(({ wires }) => wires));
  const { publics } = constraints;
  const unused = Array.from({ length: publics }, (_, i) => i + 1).filter((wire) => !used.has(wire));
  return { publics, unused };
}

describe("constraints of the sizes", () => {
  it("C18: every public input of size test is used by a constraint", async () => {
    expect(await unusedPublics(sizeSpec("test"))).to.deep.equal({ publics: 6, unused: [] });
  });

  it("C18: an unused public input is found", async () => {
    const source = `pragma circom 2.1.0;
template Careless() {
    signal input used;
    signal input unused;
    signal output out;
    out <== used * used;
}
component main {public [used, unused]} = Careless();
`;
    // Wires: 1 the output, 2 and 3 the inputs.
    expect(await unusedPublics({ name: "careless", source })).to.deep.equal({ publics: 3, unused: [3] });
  });
});
