import { loadFixture, mine, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256, ZeroAddress } from "ethers";
import { ethers } from "hardhat";
import { DAY, potential, shareUp } from "../../../protocol/pcd";
import { addPeg, deployPeggedChain, expectWhole, fund, PARAMETERS, type Peg, setPrice } from "../../fixtures/pegged";

const SCALE = 10n ** 12n;
const MINTED = 1_000_000n;
const [T, K] = [1_000_000n, 1_000n];

describe("PeggedFacility.redeem", () => {
  /** A million units of each of two plain facilities, and of one with all prices, which is at its target. */
  async function fixture() {
    const chain = await deployPeggedChain();
    const [, , user, other] = await ethers.getSigners();
    const usdc = await addPeg(chain, 6);
    const dai = await addPeg(chain, 18);
    const priced = await addPeg(chain, 6, { target: T, kappa: K, redeemFee: 7n });
    const pegs = [usdc, dai, priced];
    const as = ({ facility }: Peg, who = user) => facility.connect(who);
    for (const peg of pegs) {
      await fund(peg, user, chain.vault);
      await as(peg).mint(MINTED, 0, user);
    }
    return { ...chain, user, other, usdc, dai, priced, pegs, as };
  }

  it("burns the caller's zUSD, without an allowance, and pays whom it says, less the fee", async () => {
    const { usdc, zusd, books, user, other, as, pegs, ...chain } = await loadFixture(fixture);
    const fee = shareUp(1_001n, 5n);
    const redeeming = as(usdc).redeem(1_001n * SCALE, 0, other);
    await expect(redeeming)
      .to.emit(usdc.facility, "Redeemed")
      .withArgs(user.address, other.address, 1_001n * SCALE, 1_001n - fee, fee, 0);
    await expect(redeeming).to.changeTokenBalances(usdc.token, [usdc.facility, other], [fee - 1_001n, 1_001n - fee]);
    await expect(redeeming).to.changeTokenBalance(zusd, user, -1_001n * SCALE);
    expect(await books.debtOf(usdc.facility)).to.equal((MINTED - 1_001n) * SCALE);
    expect(await usdc.facility.fees()).to.equal(fee);
    expect(await books.buffer()).to.equal(0);
    await expectWhole({ ...chain, zusd, books }, pegs);
  });

  it("what is not a whole unit of the token stays zUSD", async () => {
    const { usdc, zusd, user, as } = await loadFixture(fixture);
    const amount = 500n * SCALE + SCALE - 1n;
    const answer = await as(usdc).redeem.staticCall(amount, 0, user);
    expect([answer.paid, answer.burnt]).to.deep.equal([500n - shareUp(500n, 5n), 500n * SCALE]);
    await expect(as(usdc).redeem(amount, 0, user)).to.changeTokenBalance(zusd, user, -500n * SCALE);
  });

  it("V10, M8: refuses what is no unit, and what the fee takes whole", async () => {
    const { usdc, dai, user, as } = await loadFixture(fixture);
    for (const amount of [0n, 1n, SCALE - 1n, SCALE, 2n * SCALE - 1n]) {
      await expect(as(usdc).redeem(amount, 0, user), `${amount}`)
        .to.be.revertedWithCustomError(usdc.facility, "Facility_TooSmall")
        .withArgs(amount);
      expect(await usdc.facility.previewRedeem(amount)).to.deep.equal([0n, 0n]);
    }
    await expect(as(usdc).redeem(2n * SCALE, 1, user)).to.changeTokenBalance(usdc.token, user, 1);
    await expect(as(dai).redeem(MaxUint256, 0, user)).to.be.revertedWithCustomError(
      dai.facility,
      "PeggedFacility_ReserveTooSmall",
    );
  });

  it("M6: asks for no less than the caller's minimum, else nothing is burnt", async () => {
    const { usdc, zusd, user, as } = await loadFixture(fixture);
    const paid = 1_000n - shareUp(1_000n, 5n);
    const before = await zusd.balanceOf(user);
    await expect(as(usdc).redeem(1_000n * SCALE, paid + 1n, user))
      .to.be.revertedWithCustomError(usdc.facility, "Facility_BelowMinimum")
      .withArgs(paid + 1n, paid);
    expect(await zusd.balanceOf(user)).to.equal(before);
    expect(await usdc.facility.reserve()).to.equal(MINTED);
    await as(usdc).redeem(1_000n * SCALE, paid, user);
  });

  it("M5: more than the reserve is refused whole; all of it goes", async () => {
    const { usdc, books, user, as, pegs, ...chain } = await loadFixture(fixture);
    await expect(as(usdc).redeem((MINTED + 1n) * SCALE, 0, user))
      .to.be.revertedWithCustomError(usdc.facility, "PeggedFacility_ReserveTooSmall")
      .withArgs(MINTED, MINTED + 1n);
    expect(await usdc.facility.previewRedeem((MINTED + 1n) * SCALE)).to.deep.equal([0n, 0n]);
    await as(usdc).redeem(MINTED * SCALE, 0, user);
    expect(await usdc.facility.reserve()).to.equal(0);
    expect(await books.debtOf(usdc.facility)).to.equal(0);
    await expectWhole({ ...chain, books }, pegs);
  });

  it("nobody redeems zUSD that it does not have", async () => {
    const { usdc, zusd, user, other, as } = await loadFixture(fixture);
    await zusd.connect(user).approve(other, MaxUint256);
    await expect(as(usdc, other).redeem(10n * SCALE, 0, other))
      .to.be.revertedWithCustomError(zusd, "ERC20InsufficientBalance")
      .withArgs(other.address, 0, 10n * SCALE);
    await expect(as(usdc).redeem(10n * SCALE, 0, ZeroAddress)).to.be.revertedWithCustomError(
      usdc.token,
      "ERC20InvalidReceiver",
    );
  });

  it("G6: works while minting is stopped, and when no price can be read", async () => {
    const { usdc, user, as } = await loadFixture(fixture);
    await usdc.facility.stopMinting();
    await usdc.source.set(0, 0);
    await expect(as(usdc).redeem(2_000n * SCALE, 0, user)).to.changeTokenBalance(usdc.token, user, 1_999n);
    await as(usdc).bookFees();
    await as(usdc).sync();
    // Stopped twice is stopped, and one start is enough.
    await usdc.facility.stopMinting();
    await usdc.facility.startMinting();
    await usdc.source.set(10n ** 18n, 10n ** 18n);
    await as(usdc).mint(1n, 0, user);
  });

  it("V5: a blocked receiver: nothing is burnt, and another receiver can be named", async () => {
    const chain = await loadFixture(fixture);
    const { user, other, as, zusd } = chain;
    const token = await ethers.deployContract("IssuerToken", ["USD", 6]);
    const peg = await addPeg(chain, 6, {}, { token });
    await fund(peg, user, chain.vault);
    await as(peg).mint(MINTED, 0, user);
    await token.setBlocked(other, true);
    const before = await zusd.balanceOf(user);
    await expect(as(peg).redeem(1_000n * SCALE, 0, other)).to.be.revertedWithCustomError(token, "Blocked");
    expect(await zusd.balanceOf(user)).to.equal(before);
    await as(peg).redeem(1_000n * SCALE, 0, user);
    await expectWhole(chain, [...chain.pegs, peg]);
  });

  it("what is redeemed to the facility itself is a donation", async () => {
    const chain = await loadFixture(fixture);
    const { usdc, user, as } = chain;
    await as(usdc).redeem(1_000n * SCALE, 0, usdc.facility);
    expect(await usdc.token.balanceOf(usdc.facility)).to.equal(MINTED);
    expect(await usdc.facility.reserve()).to.equal(MINTED - 1_000n);
    await as(usdc).mint(1_000n, 0, user);
    await expectWhole(chain, chain.pegs);
  });

  describe("the charge", () => {
    it("is what the potential rises by, into the pot; the preview is what happens", async () => {
      const { priced, user, as, pegs, ...chain } = await loadFixture(fixture);
      let reserve = T;
      let pot = 0n;
      for (const units of [1_000n, 100_000n, 333_333n, 500_000n]) {
        const charge = potential(reserve - units, T, K) - potential(reserve, T, K);
        const fee = shareUp(units, 7n);
        const expected = [units - charge - fee, units * SCALE];
        expect(await priced.facility.previewRedeem(units * SCALE + 5n)).to.deep.equal(expected);
        await expect(as(priced).redeem(units * SCALE, 0, user))
          .to.emit(priced.facility, "Redeemed")
          .withArgs(user.address, user.address, units * SCALE, units - charge - fee, fee, charge);
        [reserve, pot] = [reserve - units, pot + charge];
        expect(await priced.facility.reserve()).to.equal(reserve);
        expect(await priced.facility.pot()).to.equal(pot);
        await expectWhole({ ...chain, user } as never, pegs);
      }
      expect(pot).to.equal(potential(reserve, T, K));
    });

    it("M8: in pools of one to nine units, every division is for the pool", async () => {
      const chain = await loadFixture(fixture);
      const { user, as, vault } = chain;
      const pegs = [...chain.pegs];
      for (const units of [1n, 2n, 3n, 5n, 9n]) {
        const peg = await addPeg(chain, 6, { target: 9n, kappa: 1_000n, mintFee: 1n, redeemFee: 1n });
        pegs.push(peg);
        await fund(peg, user, vault);
        await as(peg).mint(units + 1n, 0, user);
        expect(await peg.facility.reserve()).to.equal(units);
        const charge = potential(0n, 9n, 1_000n) - potential(units, 9n, 1_000n);
        const redeeming = as(peg).redeem(units * SCALE, 0, user);
        if (units <= charge + 1n) {
          await expect(redeeming).to.be.revertedWithCustomError(peg.facility, "Facility_TooSmall");
        } else {
          await expect(redeeming).to.changeTokenBalance(peg.token, user, units - charge - 1n);
          expect(await peg.facility.reserve()).to.equal(0);
        }
        await expectWhole(chain, pegs);
      }
    });

    it("M8: 65 operations by one user in a pool of a few units gain nothing", async () => {
      const chain = await loadFixture(fixture);
      const { user, other, as, vault, zusd } = chain;
      const [target, kappa] = [40n, 1_000n];
      const peg = await addPeg(chain, 6, { target, kappa, mintFee: 0n, redeemFee: 0n });
      for (const who of [user, other]) await fund(peg, who, vault);
      await as(peg).mint(9n, 0, user);
      await as(peg, other).mint(12n, 0, other);
      const worth = async () => (await peg.token.balanceOf(other)) + (await zusd.balanceOf(other)) / SCALE;
      const [start, began] = [await worth(), await peg.facility.reserve()];
      for (let i = 0n; i < 65n; i++) {
        const amount = 1n + ((i * 7n) % 9n);
        const operation =
          i % 2n === 0n ? as(peg, other).redeem(amount * SCALE, 0, other) : as(peg, other).mint(amount, 0, other);
        await operation.catch(() => undefined);
        const fall = potential(began, target, kappa) - potential(await peg.facility.reserve(), target, kappa);
        expect((await worth()) - start <= fall, `${i}`).to.equal(true);
      }
      await expectWhole(chain, [...chain.pegs, peg]);
    });
  });

  describe("V13: what flows out in a day is limited", () => {
    const LIMIT = 86_400n;

    async function limited() {
      const chain = await fixture();
      const peg = await addPeg(chain, 6, { flowOut: LIMIT, redeemFee: 0n });
      const accounts = (await ethers.getSigners()).slice(4, 10);
      await fund(peg, chain.user, chain.vault);
      await chain.as(peg).mint(1_000_000n, 0, chain.user);
      for (const account of accounts) await chain.zusd.connect(chain.user).transfer(account, 100_000n * SCALE);
      await time.increase(2n * DAY);
      return { ...chain, peg, accounts };
    }

    it("exactly, and above it nothing of the amount goes", async () => {
      const { peg, user, as } = await loadFixture(limited);
      await expect(as(peg).redeem((LIMIT + 1n) * SCALE, 0, user))
        .to.be.revertedWithCustomError(peg.facility, "NetFlow_Exceeded")
        .withArgs(LIMIT, LIMIT + 1n);
      await as(peg).redeem(LIMIT * SCALE, 0, user);
      expect(await peg.facility.netFlow()).to.equal(-LIMIT);
    });

    it("by many accounts, in small parts and over the edge of a block, no more", async () => {
      const { peg, accounts, as } = await loadFixture(limited);
      const start = BigInt(await time.latest());
      let out = 0n;
      await ethers.provider.send("evm_setAutomine", [false]);
      try {
        for (let block = 0; block < 4; block++) {
          const sent = [];
          for (const account of accounts) {
            sent.push(await as(peg, account).redeem(9_000n * SCALE, 0, account, { gasLimit: 500_000 }));
          }
          await mine();
          for (const { hash } of sent) {
            const receipt = await ethers.provider.getTransactionReceipt(hash);
            if (receipt!.status === 1) out += 9_000n;
          }
        }
      } finally {
        await ethers.provider.send("evm_setAutomine", [true]);
      }
      const elapsed = BigInt(await time.latest()) - start;
      expect(out).to.equal(81_000n);
      expect(out * DAY <= LIMIT * (DAY + elapsed)).to.equal(true);
    });

    it("what flows back makes room, and time does", async () => {
      const { peg, user, as } = await loadFixture(limited);
      await as(peg).redeem(LIMIT * SCALE, 0, user);
      await as(peg).mint(500n, 0, user);
      await as(peg).redeem(500n * SCALE, 0, user);
      await time.increase(DAY / 4n);
      await expect(as(peg).redeem((LIMIT / 4n + 100n) * SCALE, 0, user)).to.be.revertedWithCustomError(
        peg.facility,
        "NetFlow_Exceeded",
      );
      await as(peg).redeem((LIMIT / 4n) * SCALE, 0, user);
    });
  });

  describe("bookFees", () => {
    it("turns the fees into reserve, debt and surplus; anyone may, once", async () => {
      const { usdc, books, user, other, as, pegs, ...chain } = await loadFixture(fixture);
      await as(usdc).redeem(100_000n * SCALE, 0, user);
      const fees = shareUp(100_000n, 5n);
      await expect(as(usdc, other).bookFees()).to.emit(usdc.facility, "FeesBooked").withArgs(fees);
      expect(await usdc.facility.fees()).to.equal(0);
      expect(await usdc.facility.reserve()).to.equal(MINTED - 100_000n + fees);
      expect(await books.debtOf(usdc.facility)).to.equal((MINTED - 100_000n + fees) * SCALE);
      expect(await books.buffer()).to.equal(fees * SCALE);
      await expectWhole({ ...chain, books }, pegs);
      await expect(as(usdc).bookFees()).to.be.revertedWithCustomError(usdc.facility, "Facility_TooSmall").withArgs(0);
      // All zUSD there is can be redeemed, and the surplus after it is withdrawn.
      await as(usdc).redeem((MINTED - 100_000n) * SCALE, 0, user);
      await books.withdrawSurplus(other, fees * SCALE);
      await as(usdc, other).redeem(fees * SCALE, 0, other);
      expect(await books.debtOf(usdc.facility)).to.equal(0);
    });

    it("is refused while a loss is not booked", async () => {
      const chain = await loadFixture(fixture);
      const { user, as, vault } = chain;
      const token = await ethers.deployContract("IssuerToken", ["USD", 6]);
      const peg = await addPeg(chain, 6, {}, { token });
      await fund(peg, user, vault);
      await as(peg).mint(MINTED, 0, user);
      await as(peg).redeem(100_000n * SCALE, 0, user);
      await token.take(peg.facility, 1);
      const owed = MINTED - 100_000n + 50n;
      await expect(as(peg).bookFees())
        .to.be.revertedWithCustomError(peg.facility, "PeggedFacility_Deficit")
        .withArgs(owed, owed - 1n);
      await peg.facility.sync();
      await as(peg).bookFees();
      expect(await peg.facility.reserve()).to.equal(MINTED - 100_000n + 49n);
    });
  });

  it("M19: the least on the way out is (1 − τ) of the whole units, rounded up", async () => {
    const { usdc, dai } = await loadFixture(fixture);
    // τ is 50 of 10,000.
    for (const units of [0n, 1n, 2n, 199n, 200n, 201n, 10_000n]) {
      const least = (units * 9_950n + 9_999n) / 10_000n;
      expect(await usdc.facility.leastOut(units * SCALE)).to.equal(least);
      expect(await usdc.facility.leastOut(units * SCALE + SCALE - 1n)).to.equal(least);
      expect(await dai.facility.leastOut(units)).to.equal(least);
    }
    await usdc.facility.setParameters({ ...PARAMETERS, tau: 0n });
    expect(await usdc.facility.leastOut(77n * SCALE)).to.equal(77);
    await usdc.facility.setParameters({ ...PARAMETERS, tau: 1_000n });
    expect(await usdc.facility.leastOut(77n * SCALE)).to.equal(70);
  });

  it("M19, O5: of a coin off its peg the least is as much worth: more units than a redemption gives", async () => {
    const { usdc } = await loadFixture(fixture);
    await setPrice(usdc, 8_000n);
    // 995 of 1,000 units at 0.8 dollar.
    expect(await usdc.facility.leastOut(1_000n * SCALE)).to.equal(1_244);
    await setPrice(usdc, 9_900n);
    expect(await usdc.facility.leastOut(1_000n * SCALE)).to.equal(995);
    await setPrice(usdc, 10_200n);
    expect(await usdc.facility.leastOut(1_000n * SCALE)).to.equal(995);
  });

  it("notes no price within the band", async () => {
    const { usdc, user, as } = await loadFixture(fixture);
    await setPrice(usdc, 9_950n);
    await expect(as(usdc).redeem(100n * SCALE, 0, user)).not.to.emit(usdc.facility, "ConditionChanged");
    expect((await usdc.facility.condition()).lastPrice).to.equal(10n ** 18n);
  });
});
