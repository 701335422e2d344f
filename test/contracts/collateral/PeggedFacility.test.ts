import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { addPeg, deployPeggedChain, fund } from "../../fixtures/pegged";

const ZUSD_UNIT = 10n ** 18n;

describe("PeggedFacility", () => {
  async function fixture() {
    const chain = await deployPeggedChain();
    const [, , user, other] = await ethers.getSigners();
    const usdc = await addPeg(chain, 6);
    const dai = await addPeg(chain, 18);
    const usdt = await addPeg(chain, 6);
    for (const peg of [usdc, dai, usdt]) await fund(peg, user, chain.vault);
    return { ...chain, user, other, usdc, dai, usdt };
  }

  it("mints one for one and redeems for a fee of 5 in 10,000", async () => {
    const { usdc, user, zusd, books } = await loadFixture(fixture);
    const facility = usdc.facility.connect(user);
    await facility.mint(1_000n * usdc.unit, 0, user);
    expect(await zusd.balanceOf(user)).to.equal(1_000n * ZUSD_UNIT);
    expect(await books.debtOf(facility)).to.equal(1_000n * ZUSD_UNIT);
    await expect(facility.redeem(100n * ZUSD_UNIT, 0, user)).to.changeTokenBalance(usdc.token, user, 99_950_000n);
    expect(await facility.fees()).to.equal(50_000n);
    expect(await facility.reserve()).to.equal(900n * usdc.unit);
  });
});
