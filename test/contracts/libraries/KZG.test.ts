import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { G1_GENERATOR, G1_INFINITY, type G1Point, mulG1, negG1, Q } from "../../../protocol/crypto/curve";
import * as F from "../../../protocol/crypto/field";
import { evaluate, type Polynomial } from "../../../protocol/crypto/polynomial";
import { openingChallenge } from "../../../protocol/witness/hashes";
import { tauG2, TAU } from "../../fixtures/contracts";

/** Three polynomials opened at x the honest way: by dividing the merged polynomial by X − x. */
async function honest(polynomials: readonly [Polynomial, Polynomial, Polynomial], x: bigint) {
  const commitTo = (polynomial: Polynomial) => mulG1(G1_GENERATOR, evaluate(polynomial, TAU));
  const [oldCommitment, quotient, newCommitment] = await Promise.all(polynomials.map(commitTo));
  const [oldEval, quotientEval, newEval] = polynomials.map((polynomial) => evaluate(polynomial, x));
  const claim = { oldCommitment, quotient, newCommitment, oldEval, quotientEval, newEval };
  const v = openingChallenge(x, claim, { old: oldCommitment, quotient, new: newCommitment });
  const length = Math.max(...polynomials.map((polynomial) => polynomial.length));
  const merged = Array.from({ length }, (_, i) =>
    evaluate(
      polynomials.map((polynomial) => polynomial[i] ?? 0n),
      v,
    ),
  );
  // Synthetic division by X − x.
  const witness: bigint[] = [];
  let carry = 0n;
  for (const coefficient of merged.slice(1).reverse()) witness.unshift((carry = F.add(coefficient, F.mul(carry, x))));
  return { claim, opening: await commitTo(witness) };
}

const random = (degree: number): bigint[] => Array.from({ length: degree + 1 }, () => F.random());

describe("KZG", () => {
  async function fixture() {
    const library = await ethers.deployContract("LibraryHarness");
    const tau = await tauG2();
    const x = F.random();
    return { library, tau, x, ...(await honest([random(5), random(3), random(5)], x)) };
  }

  it("takes the honest opening of polynomials of any degree, at any point", async () => {
    const { library, tau } = await loadFixture(fixture);
    const cases: [Polynomial, Polynomial, Polynomial][] = [
      [random(7), random(2), random(7)],
      [random(1), [], [5n]],
      [[1n], [], [2n]],
      [[], [], []],
    ];
    for (const polynomials of cases) {
      for (const x of [0n, 1n, F.R - 1n, F.random()]) {
        const { claim, opening } = await honest(polynomials, x);
        expect(await library.verifyOpening(claim, x, opening, tau)).to.equal(true);
      }
    }
  });

  it("R5: refuses each value, commitment, point and opening altered, and another SRS", async () => {
    const { library, tau, x, claim, opening } = await loadFixture(fixture);
    const other = await mulG1(G1_GENERATOR, 12345n);
    for (const field of ["oldEval", "quotientEval", "newEval"] as const) {
      const altered = { ...claim, [field]: F.add(claim[field], 1n) };
      expect(await library.verifyOpening(altered, x, opening, tau), field).to.equal(false);
    }
    for (const field of ["oldCommitment", "quotient", "newCommitment"] as const) {
      for (const point of [other, G1_INFINITY, negG1(claim[field])]) {
        expect(await library.verifyOpening({ ...claim, [field]: point }, x, opening, tau), field).to.equal(false);
      }
    }
    for (const point of [other, G1_INFINITY, negG1(opening)]) {
      expect(await library.verifyOpening(claim, x, point, tau)).to.equal(false);
    }
    expect(await library.verifyOpening(claim, F.add(x, 1n), opening, tau)).to.equal(false);
    expect(await library.verifyOpening(claim, x, opening, await tauG2(TAU + 1n))).to.equal(false);
  });

  it("refuses values swapped between polynomials", async () => {
    const { library, tau, x, claim, opening } = await loadFixture(fixture);
    const swapped = { ...claim, oldEval: claim.newEval, newEval: claim.oldEval };
    expect(await library.verifyOpening(swapped, x, opening, tau)).to.equal(false);
  });

  it("P3: reverts on points off the curve or not canonical", async () => {
    const { library, tau, x, claim, opening } = await loadFixture(fixture);
    const bad: G1Point[] = [
      { x: 1n, y: 1n },
      { x: opening.x + Q, y: opening.y },
      { x: 0n, y: Q },
    ];
    for (const point of bad) {
      for (const field of ["oldCommitment", "quotient", "newCommitment"] as const) {
        await expect(
          library.verifyOpening({ ...claim, [field]: point }, x, opening, tau),
        ).to.be.revertedWithCustomError(library, "BN254_InvalidPoint");
      }
      await expect(library.verifyOpening(claim, x, point, tau)).to.be.revertedWithCustomError(
        library,
        "BN254_InvalidPoint",
      );
    }
  });

  it("P1: reverts on values and points at or above the field's order", async () => {
    const { library, tau, x, claim, opening } = await loadFixture(fixture);
    for (const k of [1n, 4n]) {
      for (const field of ["oldEval", "quotientEval", "newEval"] as const) {
        const value = claim[field] + k * F.R;
        await expect(library.verifyOpening({ ...claim, [field]: value }, x, opening, tau))
          .to.be.revertedWithCustomError(library, "KZG_NotInField")
          .withArgs(value);
      }
      await expect(library.verifyOpening(claim, x + k * F.R, opening, tau))
        .to.be.revertedWithCustomError(library, "KZG_NotInField")
        .withArgs(x + k * F.R);
    }
    // The order itself, which stands for 0: openings at 0, and of the value 0, are taken as 0 only.
    const zero = await honest([[], [], []], 0n);
    expect(await library.verifyOpening(zero.claim, 0n, zero.opening, tau)).to.equal(true);
    for (const field of ["oldEval", "quotientEval", "newEval"] as const) {
      await expect(library.verifyOpening({ ...zero.claim, [field]: F.R }, 0n, zero.opening, tau))
        .to.be.revertedWithCustomError(library, "KZG_NotInField")
        .withArgs(F.R);
    }
    await expect(library.verifyOpening(zero.claim, F.R, zero.opening, tau))
      .to.be.revertedWithCustomError(library, "KZG_NotInField")
      .withArgs(F.R);
  });
});
