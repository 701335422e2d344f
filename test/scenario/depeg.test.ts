import { expect } from "chai";
import { ethers } from "hardhat";
import { IMPAIRED_PART, leaversAt, LOST, MARCH_2023, replay, RULES, type Step } from "../../scripts/model/depeg";
import { addPeg, deployPeggedChain, fund, setPrice, type Peg } from "../fixtures/pegged";

const LEAVING = 60;
const ZUSD = 10n ** 18n;

/** Lets holders of one zUSD each leave as the model lets them, into the coins that it chose. */
async function replayOnChain(prices: readonly number[], steps: readonly Step[]) {
  const chain = await deployPeggedChain();
  const [, , holder, leaver] = await ethers.getSigners();
  const sound = await addPeg(chain, 18, { redeemFee: 0n });
  const usdc = await addPeg(chain, 6, { redeemFee: 0n });
  const { books, zusd } = chain;
  const backing: [Peg, number][] = [
    [sound, 100 * (1 - IMPAIRED_PART)],
    [usdc, 100 * IMPAIRED_PART],
  ];
  for (const [peg, whole] of backing) {
    await fund(peg, holder, chain.vault);
    await peg.facility.connect(holder).mint(BigInt(whole) * peg.unit, 0, holder);
  }
  const paid: number[] = [];
  const factors: bigint[] = [];
  let hour = -1;
  for (const { feedHour, coin } of steps) {
    // Every hour's price is noted: the band has a memory.
    for (; hour < feedHour; hour++) {
      await setPrice(usdc, BigInt(Math.round(prices[hour + 1] * 10_000)));
      await usdc.facility.sync();
    }
    const peg = coin === "sound" ? sound : usdc;
    await zusd.connect(holder).transfer(leaver, ZUSD);
    const before = await peg.token.balanceOf(leaver);
    factors.push(await books.factor());
    await peg.facility.connect(leaver).redeem(ZUSD, 0, leaver);
    expect(await books.factor()).to.be.at.least(factors[factors.length - 1]);
    paid.push(Number((await peg.token.balanceOf(leaver)) - before) / Number(peg.unit));
  }
  return { chain, usdc, sound, holder, paid, factors };
}

describe("A depeg", () => {
  for (const [name, prices] of Object.entries({ "March 2023": MARCH_2023, "no recovery": LOST })) {
    it(`D2: ${name}: each leaver is paid what the model's rule says, and no zUSD is minted below the band`, async () => {
      const rule = RULES["factor, unit for unit"];
      const steps = leaversAt(rule, LEAVING, prices);
      expect(steps).to.have.length(LEAVING);
      const { chain, usdc, sound, holder, paid } = await replayOnChain(prices, steps);
      for (const [i, { units }] of steps.entries()) expect(paid[i], `leaver ${i}`).to.be.closeTo(units, 1e-6);
      // While the coin is impaired nobody mints with it, nor with another.
      await setPrice(usdc, 8770n);
      await usdc.facility.sync();
      await expect(usdc.facility.connect(holder).mint(usdc.unit, 0, holder)).to.be.revertedWithCustomError(
        usdc.facility,
        "PeggedFacility_OffPeg",
      );
      await expect(sound.facility.connect(holder).mint(sound.unit, 0, holder)).to.be.revertedWithCustomError(
        chain.books,
        "Books_Impaired",
      );
    });
  }

  it("D2: going first gains nothing over going later but what the market moves meanwhile", () => {
    for (const prices of [MARCH_2023, LOST]) {
      const outcome = replay(RULES["factor, unit for unit"], LEAVING, prices);
      const par = replay(RULES.par, LEAVING, prices);
      // Beyond its share a leaver takes what an hour's lag of the feed gives, and no more.
      expect(outcome.excess).to.be.below(0.012);
      expect(par.excess).to.be.above(0.05);
      // Who stays has at least what the backing was worth at the low, whatever the others do.
      expect(outcome.stayer).to.be.at.least(0.945);
    }
    // At par who stays has the impaired coin alone.
    expect(replay(RULES.par, LEAVING, LOST).stayer).to.be.closeTo(0.877, 1e-9);
  });

  it("D3: one hundred redeemers, in any order: each is paid by the factor alone", async () => {
    const chain = await deployPeggedChain();
    const [, , holder] = await ethers.getSigners();
    const sound = await addPeg(chain, 6, { redeemFee: 0n });
    const usdc = await addPeg(chain, 6, { redeemFee: 0n });
    for (const [peg, whole] of [
      [sound, 6_000n],
      [usdc, 4_000n],
    ] as const) {
      await fund(peg, holder, chain.vault);
      await peg.facility.connect(holder).mint(whole * peg.unit, 0, holder);
    }
    await setPrice(usdc, 8_770n);
    await usdc.facility.sync();
    // 0.6 + 0.4 · 0.877 = 0.9508.
    expect(await chain.books.factor()).to.equal((ZUSD * 9_508n) / 10_000n);
    const amounts = Array.from({ length: 100 }, (_, i) => BigInt(1 + ((i * 37) % 100)));
    for (const amount of amounts) {
      const expected = (amount * sound.unit * 9_508n) / 10_000n;
      const redeeming = sound.facility.connect(holder).redeem(amount * ZUSD, 0, holder);
      await expect(redeeming).to.changeTokenBalance(sound.token, holder, expected);
    }
    expect(await chain.books.factor()).to.equal((ZUSD * 9_508n) / 10_000n);
  });
});
