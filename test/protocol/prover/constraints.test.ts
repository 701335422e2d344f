import { expect } from "chai";
import { r1cs } from "snarkjs";
import { compileCircuit, sizeSpec, type CircuitSource } from "../../../protocol/prover";

interface Constraints {
  nOutputs: number;
  nPubInputs: number;
  /** a·b = c, each a linear combination: coefficients by wire. */
  constraints: Record<string, unknown>[][];
}

/** Of the public wires 1..n, those that no constraint uses. */
async function unusedPublics(circuit: CircuitSource): Promise<{ publics: number; unused: number[] }> {
  const compiled = await compileCircuit(circuit);
  const { nOutputs, nPubInputs, constraints } = (await r1cs.exportJson(compiled.r1cs)) as unknown as Constraints;
  const used = new Set(constraints.flat().flatMap((combination) => Object.keys(combination).map(Number)));
  const publics = nOutputs + nPubInputs;
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
