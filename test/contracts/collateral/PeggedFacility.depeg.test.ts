import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { shareUp } from "../../../protocol/pcd";
import { addPeg, deployPeggedChain, expectWhole, fund, PARAMETERS, type Peg, setPrice } from "../../fixtures/pegged";
import { Random } from "../../fixtures/random";

const ONE = 10n ** 18n;
const SCALE = 10n ** 12n;
const [LIVE, MINT_OFF] = [0, 1];

describe("PeggedFacility off its peg", () => {
  /** 400,000 of USDC, 300,000 each of DAI and USDT stand behind a million zUSD of one user. */
  async function fixture() {
    const chain = await deployPeggedChain();
    const [, , user, other] = await ethers.getSigners();
    const usdc = await addPeg(chain, 6, { redeemFee: 0n });
    const dai = await addPeg(chain, 18, { redeemFee: 0n });
    const usdt = await addPeg(chain, 6, { redeemFee: 0n });
    const pegs = [usdc, dai, usdt];
    const as = ({ facility }: Peg, who = user) => facility.connect(who);
    for (const peg of pegs) {
      await fund(peg, user, chain.vault);
      await as(peg).mint((peg === usdc ? 400_000n : 300_000n) * peg.unit, 0, user);
    }
    return { ...chain, user, other, usdc, dai, usdt, pegs, as };
  }

  describe("D1: the band", () => {
    it("is left below 0.9900 and above 1.0100, and noted by whoever looks", async () => {
      const { usdc, books } = await loadFixture(fixture);
      for (const [price, isImpaired] of [
        [9_900n, false],
        [10_100n, false],
        [9_899n, true],
        [10_000n, false],
        [10_101n, true],
        [10_000n, false],
      ] as const) {
        await setPrice(usdc, price);
        await usdc.facility.sync();
        expect((await usdc.facility.condition()).impaired, `${price}`).to.equal(isImpaired);
        expect(await books.impaired()).to.equal(isImpaired ? 1 : 0);
        expect(await usdc.facility.status()).to.equal(isImpaired ? MINT_OFF : LIVE);
      }
    });

    it("is entered again at 0.9950 and 1.0050, not at 0.9949 or 1.0051", async () => {
      const { usdc } = await loadFixture(fixture);
      const impaired = async () => (await usdc.facility.condition()).impaired;
      for (const [out, still, back] of [
        [9_899n, 9_949n, 9_950n],
        [10_101n, 10_051n, 10_050n],
      ]) {
        await setPrice(usdc, out);
        await usdc.facility.sync();
        await setPrice(usdc, still);
        await usdc.facility.sync();
        expect(await impaired()).to.equal(true);
        await setPrice(usdc, back);
        await usdc.facility.sync();
        expect(await impaired()).to.equal(false);
      }
    });

    it("flicker within the hysteresis changes nothing, and says nothing", async () => {
      const { usdc, user, as } = await loadFixture(fixture);
      for (const price of [9_900n, 9_949n, 9_930n, 10_099n]) {
        await setPrice(usdc, price);
        await expect(usdc.facility.sync()).not.to.emit(usdc.facility, "ConditionChanged");
      }
      await setPrice(usdc, 9_800n);
      await expect(usdc.facility.sync())
        .to.emit(usdc.facility, "ConditionChanged")
        .withArgs(true, false, (ONE * 98n) / 100n);
      await expect(usdc.facility.sync()).not.to.emit(usdc.facility, "ConditionChanged");
      for (const price of [9_900n, 9_949n]) {
        await setPrice(usdc, price);
        const at = (price * ONE) / 10_000n;
        await expect(usdc.facility.sync()).to.emit(usdc.facility, "ConditionChanged").withArgs(true, false, at);
        await expect(as(usdc).mint(1, 0, user))
          .to.be.revertedWithCustomError(usdc.facility, "PeggedFacility_OffPeg")
          .withArgs(at, at);
      }
    });

    it("a mint at a price that came back makes the facility sound again", async () => {
      const { usdc, books, user, as } = await loadFixture(fixture);
      await setPrice(usdc, 9_000n);
      await usdc.facility.sync();
      await setPrice(usdc, 9_950n);
      await expect(as(usdc).mint(1, 0, user))
        .to.emit(usdc.facility, "ConditionChanged")
        .withArgs(false, false, (ONE * 995n) / 1_000n);
      expect(await books.impaired()).to.equal(0);
    });

    it("a redemption notes a price that left or came back", async () => {
      const { usdc, dai, user, as, books } = await loadFixture(fixture);
      await setPrice(usdc, 9_000n);
      expect(await books.impaired()).to.equal(0);
      await as(usdc).redeem(1_000n * ONE, 0, user);
      expect(await books.impaired()).to.equal(1);
      await expect(as(dai).mint(1n, 0, user)).to.be.revertedWithCustomError(books, "Books_Impaired");
      await setPrice(usdc, 10_000n);
      await as(usdc).redeem(1_000n * ONE, 0, user);
      expect(await books.impaired()).to.equal(0);
    });
  });

  describe("what a facility counts for", () => {
    it("is its price while it is impaired, at most one, and one while it is sound", async () => {
      const { usdc } = await loadFixture(fixture);
      for (const [price, weight] of [
        [9_900n, ONE],
        [9_899n, (ONE * 9_899n) / 10_000n],
        [10_101n, ONE],
        [1n, ONE / 10_000n],
      ]) {
        await setPrice(usdc, price);
        expect(await usdc.facility.weight()).to.equal(weight);
      }
      // The lower bound alone is its worth.
      await usdc.source.set(ONE / 2n, ONE);
      expect(await usdc.facility.weight()).to.equal(ONE / 2n);
    });

    it("M10: without a price it is what was noted last", async () => {
      const { usdc } = await loadFixture(fixture);
      await setPrice(usdc, 9_000n);
      await usdc.source.set(0, 0);
      expect(await usdc.facility.weight()).to.equal(ONE);
      await setPrice(usdc, 9_000n);
      await usdc.facility.sync();
      await setPrice(usdc, 8_000n);
      await usdc.facility.sync();
      await usdc.source.set(0, 0);
      await expect(usdc.facility.sync()).not.to.emit(usdc.facility, "ConditionChanged");
      expect(await usdc.facility.weight()).to.equal((ONE * 8n) / 10n);
      expect(await usdc.facility.status()).to.equal(MINT_OFF);
    });

    it("M16: a price beyond all bounds is no more than impaired", async () => {
      const { usdc } = await loadFixture(fixture);
      await usdc.source.set(2n ** 128n - 1n, 2n ** 128n - 1n);
      await usdc.facility.sync();
      expect(await usdc.facility.condition()).to.deep.equal([true, false, 2n ** 128n - 1n]);
      expect(await usdc.facility.weight()).to.equal(ONE);
    });

    it("a source that burns all gas, or is broken, is one without a price [gas]", async () => {
      const { usdc, dai, user, as, books } = await loadFixture(fixture);
      const source = await usdc.source.getAddress();
      // JUMPDEST PUSH0 JUMP; INVALID.
      for (const code of ["0x5b5f56", "0xfe"]) {
        await ethers.provider.send("hardhat_setCode", [source, code]);
        expect(await usdc.facility.weight()).to.equal(ONE);
        expect(await books.factor()).to.equal(ONE);
        const gasLimit = 1_000_000;
        await as(usdc).redeem(1_000n * ONE, 0, user, { gasLimit });
        await as(dai).redeem(1_000n * ONE, 0, user, { gasLimit });
      }
    });

    it("nobody hides a price by bringing little gas [gas]", async () => {
      const { usdc, dai, user, as } = await loadFixture(fixture);
      await setPrice(usdc, 5_000n);
      const amount = 100_000n * ONE;
      let accepted = 0;
      for (let gasLimit = 60_000n; gasLimit < 400_000n; gasLimit += 1_009n) {
        const answer = await as(dai)
          .redeem.staticCall(amount, 0, user, { gasLimit })
          .catch(() => undefined);
        if (!answer) continue;
        expect(answer.paid, `${gasLimit}`).to.equal((amount * 8n) / 10n);
        accepted++;
      }
      expect(accepted > 50).to.equal(true);
    });
  });

  describe("D2: a redemption while the chain is not whole", () => {
    it("pays sound coins at the factor, and the impaired one unit for unit; both leave or raise the factor", async () => {
      const { usdc, dai, usdt, user, as, books, pegs, ...chain } = await loadFixture(fixture);
      await setPrice(usdc, 8_770n);
      await usdc.facility.sync();
      const factor = await books.factor();
      expect(factor).to.equal((400_000n * 877n * ONE + 600_000n * 1_000n * ONE) / 1_000_000_000n);

      const amount = 50_000n * ONE;
      const atFactor = (amount * factor) / ONE;
      expect(await dai.facility.previewRedeem(amount)).to.deep.equal([atFactor, amount]);
      await expect(as(dai).redeem(amount, atFactor, user)).to.changeTokenBalance(dai.token, user, atFactor);
      // Its debt fell by what was paid; the rest became surplus of the chain.
      expect(await books.debtOf(dai.facility)).to.equal(300_000n * ONE - atFactor);
      expect(await books.buffer()).to.equal(amount - atFactor);
      expect((await books.factor()) >= factor).to.equal(true);
      await expectWhole({ ...chain, books }, pegs);

      const before = await books.factor();
      await expect(as(usdc).redeem(amount, 50_000n * usdc.unit, user)).to.changeTokenBalance(
        usdc.token,
        user,
        50_000n * usdc.unit,
      );
      expect((await books.factor()) > before).to.equal(true);
      await expectWhole({ ...chain, books }, pegs);
      expect(await usdt.facility.weight()).to.equal(ONE);
    });

    it("of a coin that is impaired but above the factor pays at most what the factor is worth", async () => {
      const { usdc, dai, user, as, books } = await loadFixture(fixture);
      await setPrice(usdc, 9_800n);
      await setPrice(dai, 2_000n);
      const factor = await books.factor();
      expect(factor).to.equal((400_000n * 98n * ONE + 300_000n * 20n * ONE + 300_000n * 100n * ONE) / 100_000_000n);
      const price = (ONE * 98n) / 100n;
      const units = (1_000n * usdc.unit * factor) / price;
      await expect(as(usdc).redeem(1_000n * ONE, 0, user)).to.changeTokenBalance(usdc.token, user, units);
      expect((await books.factor()) >= factor).to.equal(true);
    });

    it("of a coin at the factor exactly pays unit for unit", async () => {
      const { usdc, dai, usdt, user, as, books } = await loadFixture(fixture);
      for (const peg of [usdc, dai, usdt]) await setPrice(peg, 9_000n);
      expect(await books.factor()).to.equal((ONE * 9n) / 10n);
      await expect(as(dai).redeem(10n * ONE, 0, user)).to.changeTokenBalance(dai.token, user, 10n * ONE);
    });

    it("above one dollar: redeemed one for one, and nothing is minted", async () => {
      const { usdc, dai, user, as, books } = await loadFixture(fixture);
      await setPrice(usdc, 10_500n);
      await expect(as(usdc).redeem(10n * ONE, 0, user)).to.changeTokenBalance(usdc.token, user, 10n * usdc.unit);
      await expect(as(dai).mint(1n, 0, user)).to.be.revertedWithCustomError(books, "Books_Impaired");
      expect(await books.factor()).to.equal(ONE);
    });

    it("too little for the factor is refused, and nothing is burnt", async () => {
      const { usdc, usdt, user, as, zusd } = await loadFixture(fixture);
      await setPrice(usdc, 5_000n);
      const before = await zusd.balanceOf(user);
      await expect(as(usdt).redeem(SCALE, 0, user)).to.be.revertedWithCustomError(usdt.facility, "Facility_TooSmall");
      expect(await zusd.balanceOf(user)).to.equal(before);
    });

    it("from 1 to 0.877 and back, as in March 2023: who goes first gains what the formula says, and no more", async () => {
      const { usdc, dai, user, other, as, books, zusd, pegs, ...chain } = await loadFixture(fixture);
      await zusd.connect(user).transfer(other, 500_000n * ONE);
      let last = ONE;
      for (const price of [10_000n, 9_890n, 9_500n, 9_200n, 8_770n]) {
        await setPrice(usdc, price);
        const factor = await books.factor();
        expect(factor <= last).to.equal(true);
        last = factor;
        const amount = 20_000n * ONE;
        const expected = (amount * factor) / ONE;
        await expect(as(dai).redeem(amount, 0, user)).to.changeTokenBalance(dai.token, user, expected);
        // What is left behind everyone else is no less than before.
        expect((await books.factor()) >= factor).to.equal(true);
        if (price === 10_000n) await as(usdc).mint(1, 0, user);
        else
          await expect(as(usdc).mint(1, 0, user)).to.be.revertedWithCustomError(usdc.facility, "PeggedFacility_OffPeg");
      }
      await setPrice(usdc, 10_000n);
      await usdc.facility.sync();
      expect(await books.factor()).to.equal(ONE);
      expect((await books.buffer()) > 0n).to.equal(true);
      await as(usdc, other).redeem(100_000n * ONE, 100_000n * usdc.unit, other);
      await expectWhole({ ...chain, books, zusd }, pegs);
    });
  });

  it("D3: a hundred redeemers in random order: each gets the formula, and the factor never falls", async () => {
    for (const seed of ["first", "second"]) {
      const { usdc, dai, usdt, user, books, zusd, pegs, ...chain } = await loadFixture(fixture);
      const random = new Random(`depeg ${seed}`);
      await setPrice(usdc, 8_770n);
      await usdc.facility.sync();
      const users = (await ethers.getSigners()).slice(4, 20);
      const order: { who: (typeof users)[number]; amount: bigint }[] = [];
      for (let i = 0; i < 100; i++) {
        const who = random.pick(users);
        const amount = (1n + BigInt(random.int(8_000))) * ONE + random.bits(59);
        await zusd.connect(user).transfer(who, amount);
        order.push({ who, amount });
      }
      let factor = await books.factor();
      for (const { who, amount } of order) {
        const peg = random.pick([usdc, dai, usdt]);
        const scale = await peg.facility.scale();
        const units = amount / scale;
        const price = peg === usdc ? (ONE * 877n) / 1_000n : ONE;
        const expected = price <= factor ? units : (units * factor) / price;
        const redeeming = peg.facility.connect(who).redeem(amount, 0, who);
        await expect(redeeming).to.changeTokenBalance(peg.token, who, expected);
        const after = await books.factor();
        expect(after >= factor).to.equal(true);
        factor = after;
      }
      await expectWhole({ ...chain, books, zusd }, pegs);
    }
  });

  it("D5: recovery: the surplus of who left is whole, and nothing is claimable twice", async () => {
    const { usdc, dai, usdt, user, other, as, books, zusd, pegs, ...chain } = await loadFixture(fixture);
    await setPrice(usdc, 5_000n);
    await as(dai).redeem(100_000n * ONE, 0, user);
    const buffer = await books.buffer();
    expect(buffer).to.equal(20_000n * ONE);
    await expect(books.withdrawSurplus(other, 1)).to.be.revertedWithCustomError(books, "Books_NoSurplus");
    await setPrice(usdc, 10_000n);
    for (const peg of pegs) await peg.facility.sync();
    expect(await books.factor()).to.equal(ONE);
    await books.withdrawSurplus(other, buffer);
    await expect(books.withdrawSurplus(other, 1)).to.be.revertedWithCustomError(books, "Books_NoSurplus");
    // Everything that is left redeems, to the last unit, and no unit more.
    await as(usdc).redeem(400_000n * ONE, 0, user);
    await as(dai).redeem(220_000n * ONE, 0, user);
    await as(usdt).redeem(280_000n * ONE, 0, user);
    await as(usdt, other).redeem(20_000n * ONE, 0, other);
    expect(await zusd.totalSupply()).to.equal(0);
    for (const peg of pegs) expect(await peg.facility.reserve()).to.equal(0);
    await expectWhole({ ...chain, books, zusd }, pegs);
  });

  it("fees are a share of what leaves the reserve", async () => {
    const { usdc, dai, user, as, books } = await loadFixture(fixture);
    await dai.facility.setParameters({ ...PARAMETERS, redeemFee: 100n });
    await setPrice(usdc, 5_000n);
    const factor = await books.factor();
    const units = (1_001n * ONE * factor) / ONE;
    const fee = shareUp(units, 100n);
    await expect(as(dai).redeem(1_001n * ONE, 0, user)).to.changeTokenBalance(dai.token, user, units - fee);
    expect(await dai.facility.fees()).to.equal(fee);
  });
});
