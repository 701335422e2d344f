import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { addG1, G1_GENERATOR, G1_INFINITY, type G1Point, mulG1, negG1, Q } from "../../../protocol/crypto/curve";
import * as F from "../../../protocol/crypto/field";
import { tauG2 } from "../../fixtures/contracts";

const INVALID: [string, G1Point][] = [
  ["off the curve", { x: 1n, y: 1n }],
  ["on no curve at x = 0", { x: 0n, y: 1n }],
  ["x not canonical", { x: 1n + Q, y: 2n }],
  ["y not canonical", { x: 1n, y: 2n + Q }],
  ["infinity not canonical", { x: 0n, y: Q }],
];

describe("BN254", () => {
  async function fixture() {
    return { library: await ethers.deployContract("LibraryHarness"), tau: await tauG2(7n) };
  }

  const words = ({ x, y }: G1Point): bigint[] => [x, y];

  it("adds, multiplies and negates as the reference does, infinity included", async () => {
    const { library } = await loadFixture(fixture);
    const points = [G1_INFINITY, G1_GENERATOR, negG1(G1_GENERATOR), await mulG1(G1_GENERATOR, F.random())];
    for (const a of points) {
      expect(await library.negate(a)).to.deep.equal(words(negG1(a)));
      for (const b of points) expect(await library.add(a, b)).to.deep.equal(words(await addG1(a, b)));
      for (const scalar of [0n, 1n, 2n, F.R - 1n, F.random()]) {
        expect(await library.mul(a, scalar)).to.deep.equal(words(await mulG1(a, scalar)));
      }
    }
  });

  it("P3: refuses invalid points in every position", async () => {
    const { library, tau } = await loadFixture(fixture);
    const good = G1_GENERATOR;
    for (const [name, bad] of INVALID) {
      const calls = [
        () => library.add(bad, good),
        () => library.add(good, bad),
        () => library.add(bad, G1_INFINITY),
        () => library.mul(bad, 3n),
        () => library.mul(bad, 0n),
        () => library.pairing(bad, good, tau),
        () => library.pairing(good, bad, tau),
      ];
      for (const call of calls) {
        await expect(call(), name).to.be.revertedWithCustomError(library, "BN254_InvalidPoint");
      }
    }
  });

  it("pairs: e(a·P, [1]₂)·e(b·P, [q]₂) = 1 exactly when a + b·q = 0", async () => {
    const { library, tau } = await loadFixture(fixture);
    const [minus7, three] = [await mulG1(G1_GENERATOR, F.R - 21n), await mulG1(G1_GENERATOR, 3n)];
    expect(await library.pairing(minus7, three, tau)).to.equal(true);
    expect(await library.pairing(three, three, tau)).to.equal(false);
    expect(await library.pairing(minus7, G1_INFINITY, tau)).to.equal(false);
    expect(await library.pairing(G1_INFINITY, G1_INFINITY, tau)).to.equal(true);
  });

  it("refuses points of G2 off the twist, swapped or not canonical", async () => {
    const { library, tau } = await loadFixture(fixture);
    const [x1, x0, y1, y0] = tau;
    const bad: [string, [bigint, bigint, bigint, bigint]][] = [
      ["off the twist", [x1, x0, y1, y0 + 1n]],
      ["swapped halves", [x0, x1, y0, y1]],
      ["not canonical", [x1 + Q, x0, y1, y0]],
    ];
    for (const [name, q] of bad) {
      await expect(library.pairing(G1_GENERATOR, G1_GENERATOR, q), name).to.be.revertedWithCustomError(
        library,
        "BN254_InvalidPoint",
      );
    }
  });
});
