import { loadFixture, mine, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256 } from "ethers";
import fc from "fast-check";
import { ethers } from "hardhat";
import { Books, DAY, PeggedFacility, potential, shareUp, type PegParameters } from "../../../protocol/pcd";
import { onAnotherDay } from "../../fixtures/clock";
import { addPeg, deployPeggedChain, expectWhole, fund, PARAMETERS, type Peg, setPrice } from "../../fixtures/pegged";

const ZUSD_UNIT = 10n ** 18n;
const SCALE = 10n ** 12n;
const [MINT_OFF, FROZEN] = [1, 2];

describe("PeggedFacility.mint", () => {
  async function fixture() {
    const chain = await deployPeggedChain();
    const [, , user, other] = await ethers.getSigners();
    const usdc = await addPeg(chain, 6);
    const dai = await addPeg(chain, 18);
    const priced = await addPeg(chain, 6, { target: 1_000_000n, kappa: 1_000n, mintFee: 10n, redeemFee: 7n });
    const pegs = [usdc, dai, priced];
    for (const peg of pegs) await fund(peg, user, chain.vault);
    const as = ({ facility }: Peg, who = user) => facility.connect(who);
    return { ...chain, user, other, usdc, dai, priced, pegs, as };
  }

  it("gives what the facility receives less the fee, one for one, to whom the caller says", async () => {
    const { usdc, dai, zusd, books, user, other, as, pegs, ...chain } = await loadFixture(fixture);
    const minting = as(usdc).mint(1_234_567n, 0, other);
    await expect(minting)
      .to.emit(usdc.facility, "Minted")
      .withArgs(user.address, other.address, 1_234_567n, 1_234_567n * SCALE, 0, 0);
    await expect(minting).to.changeTokenBalances(usdc.token, [user, usdc.facility], [-1_234_567n, 1_234_567n]);
    await expect(minting).to.changeTokenBalances(zusd, [user, other], [0, 1_234_567n * SCALE]);
    expect(await as(dai).mint.staticCall(77n, 0, user)).to.equal(77n);
    await as(dai).mint(77n, 0, user);
    expect(await books.debtOf(dai.facility)).to.equal(77);
    expect(await usdc.facility.reserve()).to.equal(1_234_567n);
    await expectWhole({ ...chain, zusd, books }, pegs);
  });

  it("M7: the fee is rounded up, and is nobody's debt until it is booked", async () => {
    const { priced, zusd, user, as, pegs, ...chain } = await loadFixture(fixture);
    for (const amount of [2n, 999n, 1_000n, 1_001n, 5_000_001n]) {
      const fee = shareUp(amount, 10n);
      const before = await priced.facility.fees();
      await expect(as(priced).mint(amount, 0, user)).to.changeTokenBalance(zusd, user, (amount - fee) * SCALE);
      expect((await priced.facility.fees()) - before).to.equal(fee);
      await expectWhole({ ...chain, zusd }, pegs);
    }
  });

  it("V10, M8: refuses 0, and what the fee takes whole", async () => {
    const { usdc, priced, user, as } = await loadFixture(fixture);
    await expect(as(usdc).mint(0, 0, user))
      .to.be.revertedWithCustomError(usdc.facility, "Facility_TooSmall")
      .withArgs(0);
    await expect(as(priced).mint(1, 0, user))
      .to.be.revertedWithCustomError(priced.facility, "Facility_TooSmall")
      .withArgs(1);
    await as(usdc).mint(1, 0, user);
    await as(priced).mint(2, 0, user);
    expect(await priced.facility.reserve()).to.equal(1);
  });

  it("M6: asks for no less than the caller's minimum", async () => {
    const { usdc, user, as, zusd } = await loadFixture(fixture);
    const minted = 1_000n * SCALE;
    await expect(as(usdc).mint(1_000n, minted + 1n, user))
      .to.be.revertedWithCustomError(usdc.facility, "Facility_BelowMinimum")
      .withArgs(minted + 1n, minted);
    expect(await zusd.totalSupply()).to.equal(0);
    await as(usdc).mint(1_000n, minted, user);
  });

  describe("needs", () => {
    it("G6: a facility that is not stopped; the others go on", async () => {
      const { usdc, dai, user, as } = await loadFixture(fixture);
      await as(usdc).mint(1_000n, 0, user);
      await expect(usdc.facility.stopMinting()).to.emit(usdc.facility, "MintingSet").withArgs(false);
      expect(await usdc.facility.status()).to.equal(MINT_OFF);
      await expect(as(usdc).mint(1, 0, user))
        .to.be.revertedWithCustomError(usdc.facility, "Facility_NotLive")
        .withArgs(MINT_OFF);
      await as(dai).mint(1, 0, user);
      // Redemption, and what everyone may do, goes on.
      await as(usdc).redeem(500n * SCALE, 0, user);
      await as(usdc).bookFees();
      await as(usdc).sync();
      await expect(usdc.facility.startMinting()).to.emit(usdc.facility, "MintingSet").withArgs(true);
      await as(usdc).mint(1, 0, user);
    });

    it("D1: a price in the band, at either bound", async () => {
      const { usdc, user, as } = await loadFixture(fixture);
      for (const [price, isIn] of [
        [9_899n, false],
        [9_900n, true],
        [10_100n, true],
        [10_101n, false],
      ] as const) {
        await setPrice(usdc, price);
        const at = (price * ZUSD_UNIT) / 10_000n;
        const minting = as(usdc).mint(1_000n, 0, user);
        if (isIn) await minting;
        else
          await expect(minting).to.be.revertedWithCustomError(usdc.facility, "PeggedFacility_OffPeg").withArgs(at, at);
      }
    });

    it("O5: both bounds of the price in the band, to the wei", async () => {
      const { usdc, user, as } = await loadFixture(fixture);
      const [low, high] = [(99n * ZUSD_UNIT) / 100n, (101n * ZUSD_UNIT) / 100n];
      for (const [lower, upper] of [
        [low - 1n, ZUSD_UNIT],
        [ZUSD_UNIT, high + 1n],
      ]) {
        await usdc.source.set(lower, upper);
        await expect(as(usdc).mint(1, 0, user))
          .to.be.revertedWithCustomError(usdc.facility, "PeggedFacility_OffPeg")
          .withArgs(lower, upper);
      }
      await usdc.source.set(low, high);
      await as(usdc).mint(1, 0, user);
    });

    it("M10: a price that can be read", async () => {
      const { usdc, user, as } = await loadFixture(fixture);
      await usdc.source.set(0, 0);
      await expect(as(usdc).mint(1, 0, user)).to.be.revertedWithCustomError(usdc.source, "NoPrice");
    });

    it("a token that moves", async () => {
      const chain = await loadFixture(fixture);
      const token = await ethers.deployContract("IssuerToken", ["USD", 6]);
      const peg = await addPeg(chain, 6, {}, { token });
      await fund(peg, chain.user, chain.vault);
      await chain.as(peg).mint(5n, 0, chain.user);
      await token.setPaused(true);
      await expect(chain.as(peg).mint(5n, 0, chain.user)).to.be.revertedWithCustomError(token, "Paused");
      await peg.facility.sync();
      await token.setPaused(false);
      // Until it has been seen to move again.
      await expect(chain.as(peg).mint(5n, 0, chain.user))
        .to.be.revertedWithCustomError(peg.facility, "Facility_NotLive")
        .withArgs(FROZEN);
      await peg.facility.sync();
      await chain.as(peg).mint(5n, 0, chain.user);
    });

    it("no other facility of the chain to be impaired", async () => {
      const { usdc, dai, user, as, books } = await loadFixture(fixture);
      await as(dai).mint(1_000n, 0, user);
      await setPrice(dai, 9_000n);
      await dai.facility.sync();
      await expect(as(usdc).mint(1, 0, user))
        .to.be.revertedWithCustomError(books, "Books_Impaired")
        .withArgs(1, 0);
    });
  });

  describe("by call", () => {
    async function paying() {
      const chain = await fixture();
      const payer = await ethers.deployContract("MockMintPayer", [chain.usdc.token]);
      await chain.usdc.token.mint(payer, 10n ** 12n);
      const mint = (amount: bigint, minOut = 0n) => payer.mint(chain.usdc.facility, amount, minOut, chain.other);
      return { ...chain, payer, mint };
    }

    it("mints what arrives, on the terms of a mint", async () => {
      const { usdc, zusd, books, payer, other, mint, pegs, ...chain } = await loadFixture(paying);
      const minting = mint(5_000n, 5_000n * SCALE);
      await expect(minting)
        .to.emit(usdc.facility, "Minted")
        .withArgs(payer.target, other.address, 5_000n, 5_000n * SCALE, 0, 0);
      await expect(minting).to.changeTokenBalance(zusd, other, 5_000n * SCALE);
      await expect(mint(5_000n, 5_000n * SCALE + 1n)).to.be.revertedWithCustomError(
        usdc.facility,
        "Facility_BelowMinimum",
      );
      await expect(mint(0n)).to.be.revertedWithCustomError(usdc.facility, "Facility_TooSmall").withArgs(0);
      await usdc.facility.stopMinting();
      await expect(mint(1n)).to.be.revertedWithCustomError(usdc.facility, "Facility_NotLive").withArgs(MINT_OFF);
      await usdc.facility.startMinting();
      await setPrice(usdc, 9_899n);
      await expect(mint(1n)).to.be.revertedWithCustomError(usdc.facility, "PeggedFacility_OffPeg");
      await expectWhole({ ...chain, zusd, books }, pegs);
    });

    it("V8: the payer re-enters nothing of the facility meanwhile, and who pays nothing by it gets nothing", async () => {
      const { usdc, zusd, payer, user, as, mint, pegs, books } = await loadFixture(paying);
      await as(usdc).mint(10_000n, 0, user);
      await zusd.connect(user).transfer(payer, 5_000n * SCALE);
      const { interface: abi } = usdc.facility;
      const guard = abi.getError("ReentrancyGuardReentrantCall")!.selector;
      const address = await payer.getAddress();
      for (const data of [
        abi.encodeFunctionData("mint", [1n, 0n, address]),
        abi.encodeFunctionData("mintByCall", [0n, address]),
        abi.encodeFunctionData("redeem", [1_000n * SCALE, 0n, address]),
        abi.encodeFunctionData("sync"),
        abi.encodeFunctionData("bookFees"),
      ]) {
        await payer.arm(usdc.facility, data);
        await mint(100n);
        expect(await payer.succeeded()).to.equal(false);
        expect(await payer.answer()).to.equal(guard);
        await expectWhole({ books, zusd }, pegs);
      }
      await expect(usdc.facility.connect(user).mintByCall(0, user)).to.be.reverted;
    });
  });

  describe("M1: the ceiling", () => {
    it("is reached exactly; one unit more is refused whole", async () => {
      const { usdc, books, user, as, zusd } = await loadFixture(fixture);
      const ceiling = 1_000n * SCALE;
      await books.setCeiling(usdc.facility, ceiling);
      await expect(as(usdc).mint(1_001n, 0, user))
        .to.be.revertedWithCustomError(books, "Books_AboveCeiling")
        .withArgs(ceiling, ceiling + SCALE);
      expect(await zusd.totalSupply()).to.equal(0);
      await as(usdc).mint(1_000n, 0, user);
      await expect(as(usdc).mint(1n, 0, user)).to.be.revertedWithCustomError(books, "Books_AboveCeiling");
    });

    it("holds when two race for it in one block: the first has it", async () => {
      const { usdc, books, user, other, as, vault, zusd } = await loadFixture(fixture);
      await fund(usdc, other, vault);
      await books.setCeiling(usdc.facility, 1_000n * SCALE);
      await ethers.provider.send("evm_setAutomine", [false]);
      try {
        const gas = { gasLimit: 500_000 };
        const first = await as(usdc).mint(600n, 0, user, { ...gas, gasPrice: 10n ** 11n });
        const second = await as(usdc, other).mint(600n, 0, other, { ...gas, gasPrice: 10n ** 10n });
        await mine();
        const receipts = await Promise.all(
          [first, second].map(({ hash }) => ethers.provider.getTransactionReceipt(hash)),
        );
        expect(receipts[0]!.blockNumber).to.equal(receipts[1]!.blockNumber);
        expect(receipts.map((receipt) => receipt!.status)).to.deep.equal([1, 0]);
      } finally {
        await ethers.provider.send("evm_setAutomine", [true]);
      }
      expect(await zusd.totalSupply()).to.equal(600n * SCALE);
    });
  });

  it("V13: what flows in in a day is limited net of what flows out, whoever brings it", async () => {
    const chain = await loadFixture(fixture);
    const { user, other, vault, as } = chain;
    const peg = await addPeg(chain, 6, { flowIn: 86_400n, flowOut: 86_400n, redeemFee: 0n });
    for (const who of [user, other]) await fund(peg, who, vault);
    await as(peg).mint(80_000n, 0, user);
    await expect(as(peg, other).mint(86_400n, 0, other)).to.be.revertedWithCustomError(
      peg.facility,
      "NetFlow_Exceeded",
    );
    await as(peg).redeem(50_000n * SCALE, 0, user);
    const net = await peg.facility.netFlow();
    expect(net <= 30_000n && net > 29_900n).to.equal(true);
    await as(peg, other).mint(56_000n, 0, other);
    await time.increase(DAY / 2n);
    const half = await peg.facility.netFlow();
    expect(half < 43_300n && half > 42_000n).to.equal(true);
    await expect(as(peg, other).mint(45_000n, 0, other)).to.be.revertedWithCustomError(
      peg.facility,
      "NetFlow_Exceeded",
    );
    await time.increase(DAY);
    expect(await peg.facility.netFlow()).to.equal(0);
    await expect(as(peg).mint(86_401n, 0, user))
      .to.be.revertedWithCustomError(peg.facility, "NetFlow_Exceeded")
      .withArgs(86_400, 86_401);
    await as(peg).mint(86_400n, 0, user);
  });

  describe("the rebate", () => {
    const [T, K] = [1_000_000n, 1_000n];

    /** The reserve at half its target, and a pot from what drained it. */
    async function drained() {
      const state = await fixture();
      const { priced, user, as } = state;
      await as(priced).mint(1_001_001n, 0, user);
      const reserve = await priced.facility.reserve();
      await as(priced).redeem((reserve - T / 2n) * SCALE, 0, user);
      expect(await priced.facility.reserve()).to.equal(T / 2n);
      return state;
    }

    it("is what the potential falls by, less one unit, out of the pot", async () => {
      const { priced, zusd, user, as, ...chain } = await loadFixture(drained);
      const pot = await priced.facility.pot();
      expect(pot).to.equal(potential(T / 2n, T, K));
      const amount = 100_000n;
      const fee = shareUp(amount, 10n);
      const rebate = potential(T / 2n, T, K) - potential(T / 2n + amount - fee, T, K) - 1n;
      expect(rebate > 0n && rebate < pot).to.equal(true);
      const minted = (amount - fee + rebate) * SCALE;
      expect(await priced.facility.previewMint(amount)).to.equal(minted);
      const minting = as(priced).mint(amount, 0, user);
      await expect(minting)
        .to.emit(priced.facility, "Minted")
        .withArgs(user.address, user.address, amount, minted, fee, rebate);
      await expect(minting).to.changeTokenBalance(zusd, user, minted);
      expect(await priced.facility.pot()).to.equal(pot - rebate);
      expect(await priced.facility.reserve()).to.equal(T / 2n + amount - fee + rebate);
      await expectWhole({ ...chain, zusd }, chain.pegs);
    });

    it("M4: is never more than the pot: with an empty one there is none", async () => {
      const chain = await loadFixture(fixture);
      const { priced, zusd, user, as } = chain;
      // Empty: the pool begins below its target.
      await expect(as(priced).mint(10_000n, 0, user)).to.changeTokenBalance(zusd, user, 9_990n * SCALE);
      // Almost empty: a few units of charge.
      await as(priced).redeem(100n * SCALE, 0, user);
      const pot = await priced.facility.pot();
      expect(pot > 0n).to.equal(true);
      const [reserve, amount] = [await priced.facility.reserve(), 500_000n];
      const fee = shareUp(amount, 10n);
      expect(potential(reserve, T, K) - potential(reserve + amount - fee, T, K) > pot).to.equal(true);
      await expect(as(priced).mint(amount, 0, user)).to.changeTokenBalance(zusd, user, (amount - fee + pot) * SCALE);
      expect(await priced.facility.pot()).to.equal(0);
      await expectWhole(chain, chain.pegs);
    });

    it("M4: draining and refilling by one actor, in parts or whole, gains at most what the potential fell by", async () => {
      for (const parts of [1n, 3n]) {
        const { priced, zusd, user, as } = await loadFixture(drained);
        const worth = async () => (await priced.token.balanceOf(user)) + (await zusd.balanceOf(user)) / SCALE;
        const before = await worth();
        const amount = 240_000n;
        for (let i = 0n; i < parts; i++) await as(priced).redeem((amount / parts) * SCALE, 0, user);
        await as(priced).mint(220_000n, 0, user);
        // Less is in reserve than before: a loss, though there was somebody else's pot.
        expect((await priced.facility.reserve()) < T / 2n).to.equal(true);
        expect((await worth()) < before).to.equal(true);
        await as(priced).mint(2n * amount, 0, user);
        const fall = potential(T / 2n, T, K) - potential(await priced.facility.reserve(), T, K);
        expect((await worth()) - before <= fall).to.equal(true);
      }
    });

    it("M3: minting for the rebate and redeeming is never profitable, whatever the amount", async () => {
      const { priced, zusd, user, as } = await loadFixture(drained);
      for (const amount of [2n, 9n, 1_000n, 499_999n, 500_500n, 500_501n, 2_000_000n]) {
        const snapshot = await ethers.provider.send("evm_snapshot", []);
        const before = await priced.token.balanceOf(user);
        const had = await zusd.balanceOf(user);
        await as(priced).mint(amount, 0, user);
        const minted = (await zusd.balanceOf(user)) - had;
        // Too small a redemption is refused: then the zUSD is stuck, which is no profit either.
        await as(priced)
          .redeem(minted, 0, user)
          .catch(() => undefined);
        expect((await priced.token.balanceOf(user)) <= before, `${amount}`).to.equal(true);
        await ethers.provider.send("evm_revert", [snapshot]);
      }
    });
  });

  describe("M2, M3: against the formula, on the model", () => {
    const parameters = (over: Partial<PegParameters>): PegParameters => ({ ...PARAMETERS, ...over });

    /** A model of a facility of 6 decimals, and who holds all the zUSD there is. */
    function modelOf(target: bigint, kappa: bigint, mintFee: bigint, redeemFee: bigint, reserve: bigint, pot: bigint) {
      const books = new Books({ now: 10n ** 9n });
      const price = { lower: ZUSD_UNIT, upper: ZUSD_UNIT };
      const peg = new PeggedFacility(books, 6, () => price, parameters({ target, kappa, mintFee, redeemFee }));
      books.add(peg, 2n ** 96n);
      if (reserve > 0n) {
        [peg.reserve, peg.held] = [reserve, reserve];
        books.issue(peg, "user", reserve * SCALE);
      }
      peg.pot += pot;
      peg.held += pot;
      return { books, peg };
    }

    /** Zero where it is refused, as nothing happened. */
    const or0 = (f: () => bigint): bigint => {
      try {
        return f();
      } catch {
        return 0n;
      }
    };

    const pool = fc
      .tuple(fc.bigInt(1n, 10n ** 6n), fc.bigInt(0n, 1_000n), fc.bigInt(0n, 100n), fc.bigInt(0n, 100n))
      .chain(([target, kappa, mintFee, redeemFee]) =>
        fc.record({
          target: fc.constant(target),
          kappa: fc.constant(kappa),
          mintFee: fc.constant(mintFee),
          redeemFee: fc.constant(redeemFee),
          reserve: fc.bigInt(0n, target + 100n),
          pot: fc.bigInt(0n, target / 10n),
        }),
      );
    const make = ({ target, kappa, mintFee, redeemFee, reserve, pot }: Record<string, bigint>) =>
      modelOf(target, kappa, mintFee, redeemFee, reserve, pot);

    it("any split of a mint gives at most what the whole does", () => {
      fc.assert(
        fc.property(pool, fc.array(fc.bigInt(0n, 200_000n), { minLength: 2, maxLength: 9 }), (p, parts) => {
          const whole = parts.reduce((a, b) => a + b);
          const atOnce = or0(() => make(p).peg.mint(whole, 0n, "user"));
          const { peg } = make(p);
          const split = parts.reduce((sum, part) => sum + or0(() => peg.mint(part, 0n, "user")), 0n);
          expect(split <= atOnce).to.equal(true);
        }),
        { numRuns: 500 },
      );
    });

    it("any split of a redemption pays at most what the whole does", () => {
      fc.assert(
        fc.property(pool, fc.array(fc.bigInt(0n, 200_000n), { minLength: 2, maxLength: 9 }), (p, cuts) => {
          const parts = cuts.map((cut) => (p.reserve * cut) / 2_000_000n);
          const whole = parts.reduce((a, b) => a + b);
          const atOnce = or0(() => make(p).peg.redeem("user", whole * SCALE, 0n).paid);
          const { peg } = make(p);
          const split = parts.reduce((sum, part) => sum + or0(() => peg.redeem("user", part * SCALE, 0n).paid), 0n);
          // A part that is refused stays zUSD, so that the whole may be worth less than the parts that are not.
          const refused = parts.some(
            (part) => part > 0n && or0(() => make(p).peg.redeem("user", part * SCALE, 0n).paid) === 0n,
          );
          expect(split <= atOnce || refused).to.equal(true);
        }),
        { numRuns: 500 },
      );
    });

    it("whatever one user does, in any order, it gains at most what the potential fell by", () => {
      fc.assert(
        fc.property(pool, fc.array(fc.tuple(fc.boolean(), fc.bigInt(1n, 10n ** 6n)), { maxLength: 12 }), (p, steps) => {
          const { books, peg } = make(p);
          const had = books.balanceOf("user") / SCALE;
          let tokens = 0n;
          for (const [isMint, amount] of steps) {
            if (isMint) {
              const held = peg.held;
              or0(() => peg.mint(amount, 0n, "user"));
              tokens -= peg.held - held;
            } else {
              tokens += or0(() => peg.redeem("user", amount * SCALE, 0n).paid);
            }
          }
          const gain = tokens + books.balanceOf("user") / SCALE - had;
          const fall = potential(p.reserve, p.target, p.kappa) - potential(peg.reserve, p.target, p.kappa);
          expect(gain <= fall).to.equal(true);
        }),
        { numRuns: 500 },
      );
    });

    it("and on the contract", async () => {
      const { usdc, priced, zusd, user, as } = await loadFixture(fixture);
      await as(usdc).mint(1_000_000n, 0, user);
      await as(priced).mint(1_001_001n, 0, user);
      await as(priced).redeem(700_000n * SCALE, 0, user);
      const measure = async (amounts: bigint[]) => {
        const snapshot = await ethers.provider.send("evm_snapshot", []);
        const [z, t] = [await zusd.balanceOf(user), await priced.token.balanceOf(user)];
        for (const amount of amounts) {
          if (amount > 0n) await as(priced).mint(amount, 0, user);
          else await as(priced).redeem(-amount * SCALE, 0, user);
        }
        const gained = [(await zusd.balanceOf(user)) - z, (await priced.token.balanceOf(user)) - t];
        await ethers.provider.send("evm_revert", [snapshot]);
        return gained;
      };
      for (const parts of [
        [50_000n, 50_000n],
        [1_000n, 300_000n, 9n],
        [2n, 2n, 2n, 700_000n],
      ]) {
        const whole = parts.reduce((a, b) => a + b);
        expect((await measure(parts))[0] <= (await measure([whole]))[0]).to.equal(true);
        const out = parts.map((part) => -(part / 4n + 20n));
        expect((await measure(out))[1] <= (await measure([out.reduce((a, b) => a + b)]))[1]).to.equal(true);
      }
    });
  });

  it("M16: the widest amounts are taken or refused, and nothing wraps", async () => {
    const { dai, books, zusd, user, as, ...chain } = await loadFixture(fixture);
    const most = 2n ** 96n - 1n;
    await books.setCeiling(dai.facility, most);
    await dai.token.mint(user, 2n ** 200n);
    await dai.facility.setParameters({ ...PARAMETERS, flowIn: 2n ** 112n - 1n, flowOut: 2n ** 112n - 1n });
    await expect(as(dai).mint(2n ** 112n, 0, user))
      .to.be.revertedWithCustomError(dai.facility, "SafeCastOverflowedUintDowncast")
      .withArgs(112, 2n ** 112n);
    await expect(as(dai).mint(2n ** 112n - 1n, 0, user)).to.be.revertedWithCustomError(books, "Books_AboveCeiling");
    await expect(as(dai).mint(most + 1n, 0, user)).to.be.revertedWithCustomError(books, "Books_AboveCeiling");
    await expect(as(dai).mint(MaxUint256, 0, user)).to.be.revertedWithCustomError(
      dai.token,
      "ERC20InsufficientBalance",
    );
    await as(dai).mint(most, 0, user);
    expect(await zusd.balanceOf(user)).to.equal(most);
    // A hundred years on.
    await onAnotherDay(async () => {
      await time.increase(36_525n * DAY);
      expect(await dai.facility.netFlow()).to.equal(0);
      await as(dai).redeem(most, 0, user);
      expect(await dai.facility.fees()).to.equal(shareUp(most, 5n));
      await expectWhole({ ...chain, books, zusd }, chain.pegs);
    });
  });

  it("V9: 0, 6, 8 and 18 decimals go round, and what they are later does not matter", async () => {
    const chain = await loadFixture(fixture);
    const { user, as, zusd, vault } = chain;
    for (const decimals of [0, 6, 8, 18]) {
      const peg = await addPeg(chain, decimals, { redeemFee: 0n });
      await fund(peg, user, vault, 10n ** 6n);
      const scale = 10n ** BigInt(18 - decimals);
      expect(await peg.facility.scale()).to.equal(scale);
      await peg.token.setDecimals(3);
      await expect(as(peg).mint(1_234n, 0, user)).to.changeTokenBalance(zusd, user, 1_234n * scale);
      await expect(as(peg).redeem(1_234n * scale, 1_234n, user)).to.changeTokenBalance(peg.token, user, 1_234n);
      expect(await peg.facility.reserve()).to.equal(0);
    }
  });

  describe("of faithful tokens", () => {
    it("V4: USDT, which returns nothing; V1: with its fee switched on what arrives counts", async () => {
      const chain = await loadFixture(fixture);
      const { user, other, as, vault, zusd } = chain;
      const usdt = await ethers.deployContract("UsdtToken");
      const peg = await addPeg(chain, 6, { redeemFee: 0n }, { token: usdt });
      await fund(peg, user, vault);
      await expect(as(peg).mint(1_000_000n, 0, user)).to.changeTokenBalance(zusd, user, 1_000_000n * SCALE);
      await usdt.setParams(10, 50n);
      // 10 of 10,000, at most 50.
      await expect(as(peg).mint(10_000n, 0, user)).to.changeTokenBalance(zusd, user, 9_990n * SCALE);
      await expect(as(peg).mint(10_000_000n, 0, user)).to.changeTokenBalance(zusd, user, 9_999_950n * SCALE);
      const before = await usdt.balanceOf(other);
      await as(peg).redeem(10_000n * SCALE, 10_000n, other);
      expect((await usdt.balanceOf(other)) - before).to.equal(9_990n);
      await expectWhole(chain, [...chain.pegs, peg]);
    });

    it("V1: refuses a token of which nothing arrives", async () => {
      const chain = await loadFixture(fixture);
      const token = await ethers.deployContract("FeeToken");
      const peg = await addPeg(chain, 18, {}, { token });
      await fund(peg, chain.user, chain.vault);
      await token.setFeePercent(100);
      await expect(chain.as(peg).mint(1_000n, 0, chain.user))
        .to.be.revertedWithCustomError(peg.facility, "Facility_TooSmall")
        .withArgs(0);
      await token.setFeePercent(1);
      await expect(chain.as(peg).mint(1_000n, 0, chain.user)).to.changeTokenBalance(chain.zusd, chain.user, 990n);
    });

    it("V4: a token that returns false is no silent success, in or out", async () => {
      const chain = await loadFixture(fixture);
      const token = await ethers.deployContract("FalseToken");
      const peg = await addPeg(chain, 18, {}, { token });
      await fund(peg, chain.user, chain.vault);
      const failed = () => peg.facility.interface.getError("SafeERC20FailedOperation")!.name;
      await expect(chain.as(peg).mint(1_000n, 0, chain.user)).to.be.revertedWithCustomError(peg.facility, failed());
      await token.setFails(false);
      await chain.as(peg).mint(1_000n, 0, chain.user);
      await token.setFails(true);
      await expect(chain.as(peg).redeem(500n, 0, chain.user)).to.be.revertedWithCustomError(peg.facility, failed());
      expect(await chain.zusd.balanceOf(chain.user)).to.equal(1_000);
    });

    it("a token whose transfer takes from the receiver is refused", async () => {
      const chain = await loadFixture(fixture);
      const token = await ethers.deployContract("ShrinkingToken");
      const peg = await addPeg(chain, 18, {}, { token });
      await fund(peg, chain.user, chain.vault);
      await token.mint(peg.facility, 1n);
      await expect(chain.as(peg).mint(1_000n, 0, chain.user)).to.be.revertedWithPanic(0x11);
    });
  });
});
