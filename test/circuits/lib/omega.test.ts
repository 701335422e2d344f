import fc from "fast-check";
import { getDomain } from "../../../protocol/crypto/domain";
import * as F from "../../../protocol/crypto/field";
import { circuit, compileTester } from "../../fixtures/circom";
import { expectNoSurvivors } from "../mutation";

const POWER = 16;
const domain = getDomain(POWER);
const bitsOf = (value: number, length: number): bigint[] => Array.from({ length }, (_, i) => BigInt((value >> i) & 1));
/** A field element outside every domain. */
const element = fc.bigInt({ min: 2n, max: F.R - 2n }).filter((x) => domain.vanishing(x) !== 0n);

describe("circuits/lib/omega", () => {
  it("knows the primitive roots of protocol/crypto for every size", async () => {
    const roots = await compileTester(
      `pragma circom 2.2.0;
include "lib/omega.circom";
template Roots() { signal output out[29]; for (var n = 0; n < 29; n++) out[n] <== omega(n); }
component main = Roots();
`,
      { name: "Roots" },
    );
    await roots.expectPass({}, { out: Array.from({ length: 29 }, (_, n) => getDomain(n).omega) });
  });

  for (const [bits, shift] of [
    [16, 0],
    [14, 1],
    [15, 1],
    [1, 15],
  ]) {
    it(`raises ω to an index of ${bits} bits, shifted by ${shift}`, async () => {
      const power = await circuit("lib/omega.circom", "OmegaPower", [POWER, bits, shift]);
      for (const index of new Set([0, 1, 2 ** bits - 1, 2 ** (bits - 1), 12345 % 2 ** bits])) {
        await power.expectPass({ in: bitsOf(index, bits) }, { out: domain.omegaPower(index * 2 ** shift) });
      }
      await expectNoSurvivors(power, await power.calculateWitness({ in: bitsOf(2 ** bits - 1, bits) }));
    });
  }

  it("evaluates Lagrange polynomials at any point outside the domain", async () => {
    const scale = await circuit("lib/omega.circom", "LagrangeScale", [POWER]);
    const lagrange = await circuit("lib/omega.circom", "Lagrange");
    await fc.assert(
      fc.asyncProperty(element, fc.nat({ max: domain.size - 1 }), async (x, index) => {
        const factor = F.mul(domain.vanishing(x), domain.sizeInverse);
        await scale.expectPass({ x }, { out: factor });
        const root = domain.omegaPower(index);
        await lagrange.expectPass({ x, root, scale: factor }, { out: domain.lagrange(index, x) });
      }),
      { numRuns: 20 },
    );
  });

  it("refuses a point of the domain, where a Lagrange value would be free", async () => {
    const scale = await circuit("lib/omega.circom", "LagrangeScale", [POWER]);
    for (const index of [0, 1, 4321, domain.size - 1]) await scale.expectFail({ x: domain.omegaPower(index) });
    const lagrange = await circuit("lib/omega.circom", "Lagrange");
    const root = domain.omegaPower(3);
    await lagrange.expectFail({ x: root, root, scale: 5n });
  });

  it("C2: no signal can be changed alone; the input -x has the same power as x", async () => {
    const scale = await circuit("lib/omega.circom", "LagrangeScale", [POWER]);
    await expectNoSurvivors(scale, await scale.calculateWitness({ x: 77n }), ["x"]);
    const lagrange = await circuit("lib/omega.circom", "Lagrange");
    await expectNoSurvivors(lagrange, await lagrange.calculateWitness({ x: 77n, root: 5n, scale: 3n }));
  });
});
