import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { encodeBytes32String } from "ethers";
import { ethers } from "hardhat";
import type { PegParameters } from "../../../protocol/pcd";
import type { PeggedFacility } from "../../../typechain-types";
import { addPeg, deployPeggedChain, PARAMETERS } from "../../fixtures/pegged";

const PEGGED = 1;

describe("PeggedFacility: what it is made of", () => {
  async function fixture() {
    const chain = await deployPeggedChain();
    const peg = await addPeg(chain, 6);
    const deploy = async (over: { books?: string; token?: string; source?: string; parameters?: PegParameters } = {}) =>
      ethers.deployContract("PeggedFacility", [
        chain.access,
        over.books ?? (await chain.books.getAddress()),
        over.token ?? (await peg.token.getAddress()),
        over.source ?? (await peg.source.getAddress()),
        over.parameters ?? PARAMETERS,
      ]);
    return { ...chain, peg, deploy };
  }

  const parametersOf = async (facility: PeggedFacility): Promise<PegParameters> => {
    const { target, kappa, mintFee, redeemFee, tau, flowIn, flowOut, freeze, unfreeze } = await facility.parameters();
    return { target, kappa, mintFee, redeemFee, tau, flowIn, flowOut, freeze, unfreeze };
  };

  it("knows its token, books, source, class and parameters, and begins sound", async () => {
    const { deploy, books, peg } = await loadFixture(fixture);
    const facility = await deploy();
    expect(await facility.token()).to.equal(peg.token.target);
    expect(await facility.books()).to.equal(books.target);
    expect(await facility.source()).to.equal(peg.source.target);
    expect(await facility.class()).to.equal(PEGGED);
    expect(await facility.status()).to.equal(0);
    expect(await facility.weight()).to.equal(10n ** 18n);
    expect(await facility.condition()).to.deep.equal([false, false, 10n ** 18n]);
    for (const amount of [facility.reserve(), facility.pot(), facility.fees(), facility.netFlow()]) {
      expect(await amount).to.equal(0);
    }
    expect(await parametersOf(facility)).to.deep.equal(PARAMETERS);
  });

  it("O7: token, books and source are contracts of this chain", async () => {
    const { deploy, admin, peg } = await loadFixture(fixture);
    for (const part of ["books", "token", "source"]) {
      await expect(deploy({ [part]: admin.address }))
        .to.be.revertedWithCustomError(peg.facility, "Facility_NoCode")
        .withArgs(admin.address);
    }
  });

  it("V9: the token has 18 decimals at most", async () => {
    const { deploy, peg } = await loadFixture(fixture);
    for (const decimals of [0, 6, 8, 18]) {
      const token = await (await ethers.deployContract("MockToken", ["T", decimals])).getAddress();
      expect(await (await deploy({ token })).scale()).to.equal(10n ** BigInt(18 - decimals));
    }
    for (const decimals of [19, 24, 255]) {
      const token = await (await ethers.deployContract("MockToken", ["T", decimals])).getAddress();
      await expect(deploy({ token }))
        .to.be.revertedWithCustomError(peg.facility, "PeggedFacility_Decimals")
        .withArgs(decimals);
    }
  });

  describe("G5: each parameter has its range, when deployed and when set", () => {
    const most = 2n ** 112n - 1n;
    /** The outermost that is taken, and the next that is not. */
    const bounds: [keyof PegParameters, Partial<PegParameters>, Partial<PegParameters>][] = [
      ["target", { target: 1n }, { target: 0n }],
      ["target", { target: most }, { target: 0n }],
      ["kappa", { kappa: 1_000n }, { kappa: 1_001n }],
      ["mintFee", { mintFee: 100n }, { mintFee: 101n }],
      ["redeemFee", { redeemFee: 100n }, { redeemFee: 101n }],
      ["tau", { tau: 1_000n }, { tau: 1_001n }],
      ["flowIn", { flowIn: 1n }, { flowIn: 0n }],
      ["flowOut", { flowOut: 1n }, { flowOut: 0n }],
      ["freeze", { freeze: 500n }, { freeze: 501n }],
      ["unfreeze", { freeze: 100n, unfreeze: 99n }, { freeze: 100n, unfreeze: 100n }],
      ["unfreeze", { freeze: 1n, unfreeze: 0n }, { freeze: 0n, unfreeze: 0n }],
      ["unfreeze", { freeze: 50n, unfreeze: 49n }, { freeze: 50n, unfreeze: 100n }],
    ];

    for (const [name, good, bad] of bounds) {
      const show = (over: Partial<PegParameters>) =>
        Object.entries(over)
          .map(([key, value]) => `${key} ${value}`)
          .join(", ");
      it(`${show(good)} is taken, ${show(bad)} is not`, async () => {
        const { deploy, peg } = await loadFixture(fixture);
        const { facility } = peg;
        const refused = { ...PARAMETERS, ...bad };
        const args = [encodeBytes32String(name), refused[name]];
        await expect(facility.setParameters(refused))
          .to.be.revertedWithCustomError(facility, "Facility_InvalidParameter")
          .withArgs(...args);
        await expect(deploy({ parameters: refused }))
          .to.be.revertedWithCustomError(facility, "Facility_InvalidParameter")
          .withArgs(...args);
        const taken = { ...PARAMETERS, ...good };
        await expect(facility.setParameters(taken)).to.emit(facility, "ParametersSet");
        expect(await parametersOf(facility)).to.deep.equal(taken);
        await deploy({ parameters: taken });
      });
    }
  });

  it("parameters that are set leave money and condition as they are", async () => {
    const { peg, admin } = await loadFixture(fixture);
    await peg.token.mint(admin, 10n ** 9n);
    await peg.token.approve(peg.facility, 10n ** 9n);
    await peg.facility.mint(1_000_000n, 0, admin);
    await peg.facility.redeem(500_000n * 10n ** 12n, 0, admin);
    await peg.source.set(0n, 0n);
    const before = [await peg.facility.reserve(), await peg.facility.fees(), await peg.facility.condition()];
    await peg.facility.setParameters({ ...PARAMETERS, target: 7n, freeze: 200n, unfreeze: 1n });
    expect([await peg.facility.reserve(), await peg.facility.fees(), await peg.facility.condition()]).to.deep.equal(
      before,
    );
  });
});
