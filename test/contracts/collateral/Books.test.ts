import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { ethers } from "hardhat";
import type { MockFacility } from "../../../typechain-types";

const ONE = 10n ** 18n;
const DAY = 86_400;
const MOST = 2n ** 96n - 1n;
const CEILING = 10n ** 28n;
const [NONE, PEGGED, DISCOUNTED] = [0, 1, 2];

describe("Books", () => {
  async function deploy() {
    const [admin, vault, user, other] = await ethers.getSigners();
    const access = await ethers.deployContract("AccessManager", [admin]);
    const books = await ethers.deployContract("Books", [access]);
    const zusd = await ethers.deployContract("Zusd", [books, vault]);
    let tokens = 0;
    const facilityOf = async (kind: number, token = ethers.toBeHex(0x70_0000 + ++tokens, 20)) =>
      ethers.deployContract("MockFacility", [books, token, kind]);
    /** I2: all zUSD and the buffer are the debts, to the wei. */
    const expectBalanced = async () => {
      const { facilities, supply, abroad, buffer } = await books.books();
      const debts = facilities.reduce((sum, { debt }) => sum + debt, 0n);
      expect(supply + abroad + buffer).to.equal(debts);
      expect(supply).to.equal(await zusd.totalSupply());
      expect(abroad).to.equal(await zusd.abroad());
      expect(debts).to.equal((await books.peggedDebt()) + (await books.discountedDebt()));
    };
    return { admin, vault, user, other, access, books, zusd, facilityOf, expectBalanced };
  }

  /** Two pegged facilities and a discounted one; a stranger's that is not added. */
  async function fixture() {
    const state = await deploy();
    const { books, zusd, facilityOf } = state;
    await books.bindZusd(zusd);
    const [usdc, dai] = [await facilityOf(PEGGED), await facilityOf(PEGGED)];
    const lp = await facilityOf(DISCOUNTED);
    for (const facility of [usdc, dai, lp]) await books.add(facility, CEILING);
    const stranger = await facilityOf(PEGGED);
    /** Makes all that was minted until now count for the share. */
    const age = () => time.increase(2 * DAY);
    return { ...state, usdc, dai, lp, stranger, age };
  }

  describe("zUSD", () => {
    it("is named once, and must be the books'", async () => {
      const { books, zusd, vault, user } = await loadFixture(deploy);
      const foreign = await ethers.deployContract("Zusd", [user, vault]);
      for (const wrong of [ZeroAddress, user.address, await foreign.getAddress()]) {
        await expect(books.bindZusd(wrong)).to.be.revertedWithCustomError(books, "Books_WrongZusd").withArgs(wrong);
      }
      await expect(books.bindZusd(zusd)).to.emit(books, "ZusdBound").withArgs(zusd.target);
      expect(await books.zusd()).to.equal(zusd.target);
      await expect(books.bindZusd(zusd))
        .to.be.revertedWithCustomError(books, "Books_AlreadyBound")
        .withArgs(zusd.target);
    });

    it("O8: comes before the facilities, or it could be collateral itself", async () => {
      const { books, zusd, facilityOf } = await loadFixture(deploy);
      const own = await facilityOf(PEGGED, await zusd.getAddress());
      await expect(books.add(own, 1)).to.be.revertedWithCustomError(books, "Books_WrongZusd").withArgs(ZeroAddress);
      await books.bindZusd(zusd);
      for (const kind of [PEGGED, DISCOUNTED]) {
        await expect(books.add(await facilityOf(kind, await zusd.getAddress()), 1))
          .to.be.revertedWithCustomError(books, "Books_OwnToken")
          .withArgs(zusd.target);
      }
    });
  });

  describe("facilities", () => {
    it("are added with code, these books and a class, once, one pegged for each token", async () => {
      const { books, usdc, user, access, facilityOf, stranger } = await loadFixture(fixture);
      const otherBooks = await ethers.deployContract("Books", [access]);
      const foreign = await ethers.deployContract("MockFacility", [otherBooks, user.address, PEGGED]);
      const none = await facilityOf(NONE);
      const sameToken = await facilityOf(PEGGED, await usdc.token());
      for (const wrong of [ZeroAddress, user, usdc, foreign, none, sameToken]) {
        const address = await ethers.resolveAddress(wrong);
        await expect(books.add(address, 1))
          .to.be.revertedWithCustomError(books, "Books_WrongFacility")
          .withArgs(address);
      }
      await expect(books.add(stranger, 77))
        .to.emit(books, "FacilityAdded")
        .withArgs(stranger.target, await stranger.token(), PEGGED, 77);
      expect(await books.facilityOf(await stranger.token())).to.equal(stranger.target);
      expect(await books.isFacility(stranger)).to.equal(true);
      expect(await books.ceilingOf(stranger)).to.equal(77);
      expect(await books.debtOf(stranger)).to.equal(0);
    });

    it("a token may have a discounted facility beside its pegged one; only the pegged one unifies", async () => {
      const { books, usdc, facilityOf } = await loadFixture(fixture);
      const second = await facilityOf(DISCOUNTED, await usdc.token());
      await books.add(second, 1);
      expect(await books.facilityOf(await usdc.token())).to.equal(usdc.target);
      await books.remove(second);
      expect(await books.facilityOf(await usdc.token())).to.equal(usdc.target);
      const alone = await facilityOf(DISCOUNTED);
      await books.add(alone, 1);
      expect(await books.facilityOf(await alone.token())).to.equal(ZeroAddress);
    });

    it("are eight pegged and 24 discounted at most", async () => {
      const { books, facilityOf } = await loadFixture(fixture);
      for (const [kind, there, limit] of [
        [PEGGED, 2, 8],
        [DISCOUNTED, 1, 24],
      ]) {
        for (let i = there; i < limit; i++) await books.add(await facilityOf(kind), CEILING);
        await expect(books.add(await facilityOf(kind), 1))
          .to.be.revertedWithCustomError(books, "Books_Full")
          .withArgs(limit);
      }
      expect(await books.facilities()).to.have.length(32);
    });

    it("are listed pegged first, and keep their debts when another is removed", async () => {
      const { books, usdc, dai, lp, stranger, user, expectBalanced } = await loadFixture(fixture);
      await books.add(stranger, CEILING);
      await dai.issue(user, 5n);
      await stranger.issue(user, 7n);
      expect(await books.facilities()).to.deep.equal([usdc, dai, stranger, lp].map(({ target }) => target));
      await expect(books.remove(usdc)).to.emit(books, "FacilityRemoved").withArgs(usdc.target);
      expect(await books.facilities()).to.deep.equal([stranger, dai, lp].map(({ target }) => target));
      expect([await books.debtOf(stranger), await books.debtOf(dai)]).to.deep.equal([7n, 5n]);
      await stranger.issue(user, 10n);
      await dai.retire(user, 5n, 5n);
      expect([await books.debtOf(stranger), await books.debtOf(dai)]).to.deep.equal([17n, 0n]);
      await books.remove(dai);
      expect(await books.facilities()).to.deep.equal([stranger, lp].map(({ target }) => target));
      await books.remove(lp);
      expect(await books.debtOf(stranger)).to.equal(17);
      expect(await books.isFacility(usdc)).to.equal(false);
      expect(await books.facilityOf(await usdc.token())).to.equal(ZeroAddress);
      expect(await books.ceilingOf(usdc)).to.equal(0);
      // It may come back.
      await books.add(usdc, 3);
      expect(await books.facilities()).to.deep.equal([stranger, usdc].map(({ target }) => target));
      await expectBalanced();
    });

    it("M9: leave without debt only", async () => {
      const { books, usdc, stranger, user } = await loadFixture(fixture);
      await expect(books.remove(stranger))
        .to.be.revertedWithCustomError(books, "Books_WrongFacility")
        .withArgs(stranger.target);
      await usdc.issue(user, 1);
      await expect(books.remove(usdc)).to.be.revertedWithCustomError(books, "Books_HasDebt").withArgs(usdc.target, 1);
      await usdc.retire(user, 1, 1);
      await books.remove(usdc);
    });

    it("an impaired one that leaves stops nothing any more", async () => {
      const { books, usdc, dai, user } = await loadFixture(fixture);
      await usdc.setImpaired(true);
      await dai.setImpaired(true);
      expect(await books.impaired()).to.equal(2);
      await books.remove(usdc);
      expect(await books.impaired()).to.equal(1);
      await dai.setImpaired(false);
      await dai.issue(user, 1);
    });

    it("are the only ones that may move the books", async () => {
      const { books, stranger, user } = await loadFixture(fixture);
      const calls: [() => Promise<unknown>][] = [
        [() => stranger.issue(user, 1)],
        [() => stranger.retire(user, 0, 0)],
        [() => stranger.writeOff(0)],
        [() => stranger.earn(0)],
        [() => stranger.setImpaired(true)],
      ];
      for (const [call] of calls) {
        await expect(call()).to.be.revertedWithCustomError(books, "Books_NotFacility").withArgs(stranger.target);
      }
    });
  });

  describe("ceilings", () => {
    it("M1: are reached exactly, not exceeded, by any class", async () => {
      const { books, usdc, lp, user, age } = await loadFixture(fixture);
      await usdc.issue(user, 1_000n);
      await age();
      await books.setCeiling(lp, 100);
      await lp.issue(user, 99);
      await expect(lp.issue(user, 2)).to.be.revertedWithCustomError(books, "Books_AboveCeiling").withArgs(100, 101);
      await expect(lp.issue(user, 1)).to.emit(books, "Issued").withArgs(lp.target, user.address, 1, 100);
      await books.setCeiling(usdc, 1_001);
      await expect(usdc.issue(user, 2))
        .to.be.revertedWithCustomError(books, "Books_AboveCeiling")
        .withArgs(1_001, 1_002);
      await usdc.issue(user, 1);
    });

    it("G5: are not set below the debt, nor for a stranger, nor beyond 96 bits", async () => {
      const { books, usdc, stranger, user } = await loadFixture(fixture);
      await usdc.issue(user, 50);
      await expect(books.setCeiling(usdc, 49))
        .to.be.revertedWithCustomError(books, "Books_AboveCeiling")
        .withArgs(49, 50);
      await expect(books.setCeiling(usdc, 50)).to.emit(books, "CeilingSet").withArgs(usdc.target, 50);
      expect(await books.ceilingOf(usdc)).to.equal(50);
      await expect(books.setCeiling(stranger, 1))
        .to.be.revertedWithCustomError(books, "Books_WrongFacility")
        .withArgs(stranger.target);
      await books.setCeiling(usdc, MOST);
      await expect(books.setCeiling(usdc, MOST + 1n)).to.be.revertedWithCustomError(
        books,
        "SafeCastOverflowedUintDowncast",
      );
      await expect(books.add(stranger, MOST + 1n)).to.be.revertedWithCustomError(
        books,
        "SafeCastOverflowedUintDowncast",
      );
    });
  });

  describe("the discounted facilities' share", () => {
    it("is 30 % of all debt at first; D ≤ β·(D + P), exactly and one above", async () => {
      const { books, usdc, lp, user, age } = await loadFixture(fixture);
      expect(await books.share()).to.equal(3_000);
      await usdc.issue(user, 1_000n);
      await age();
      const limit = (1_000n * 3_000n) / 7_000n;
      await expect(lp.issue(user, limit + 1n))
        .to.be.revertedWithCustomError(books, "Books_AboveShare")
        .withArgs(limit, limit + 1n);
      await lp.issue(user, limit - 1n);
      await lp.issue(user, 1);
      await expect(lp.issue(user, 1))
        .to.be.revertedWithCustomError(books, "Books_AboveShare")
        .withArgs(limit, limit + 1n);
      expect(await books.discountedDebt()).to.equal(limit);
    });

    it("counts all discounted facilities together", async () => {
      const { books, usdc, lp, user, age, facilityOf } = await loadFixture(fixture);
      const second = await facilityOf(DISCOUNTED);
      await books.add(second, CEILING);
      await usdc.issue(user, 700n);
      await age();
      await lp.issue(user, 200);
      await second.issue(user, 100);
      await expect(second.issue(user, 1)).to.be.revertedWithCustomError(books, "Books_AboveShare").withArgs(300, 301);
      await lp.retire(user, 50, 50);
      await second.issue(user, 50);
    });

    it("M14: is of pegged debt that stood since yesterday: what was minted today makes no room", async () => {
      const { books, usdc, lp, user } = await loadFixture(fixture);
      await time.increaseTo((Math.floor((await time.latest()) / DAY) + 1) * DAY + DAY / 2);
      await usdc.issue(user, 700n);
      expect(await books.agedPeggedDebt()).to.equal(0);
      await expect(lp.issue(user, 1)).to.be.revertedWithCustomError(books, "Books_AboveShare").withArgs(0, 1);
      await time.increase(DAY);
      await expect(lp.issue(user, 1)).to.be.revertedWithCustomError(books, "Books_AboveShare").withArgs(0, 1);
      await time.increase(DAY);
      expect(await books.agedPeggedDebt()).to.equal(700);
      await lp.issue(user, 300);
      // What goes counts at once.
      await usdc.retire(user, 7, 7);
      expect(await books.agedPeggedDebt()).to.equal(693);
      expect(await books.peggedDebt()).to.equal(693);
      await expect(lp.issue(user, 1)).to.be.revertedWithCustomError(books, "Books_AboveShare").withArgs(297, 301);
    });

    it("G5: is below one", async () => {
      const { books, usdc, lp, user, age } = await loadFixture(fixture);
      await usdc.issue(user, 10n);
      await age();
      for (const wrong of [10_000, 10_001, 2n ** 16n]) {
        await expect(books.setShare(wrong)).to.be.revertedWithCustomError(books, "Books_InvalidShare").withArgs(wrong);
      }
      await expect(books.setShare(9_999)).to.emit(books, "ShareSet").withArgs(9_999);
      await lp.issue(user, 99_990);
      await expect(lp.issue(user, 1)).to.be.revertedWithCustomError(books, "Books_AboveShare");
      await books.setShare(0);
      expect(await books.share()).to.equal(0);
      await expect(lp.issue(user, 0)).to.be.revertedWithCustomError(books, "Books_AboveShare").withArgs(0, 99_990);
    });
  });

  describe("M7: I2 holds to the wei", () => {
    it("when a facility mints and redeems, earns and loses", async () => {
      const { books, zusd, usdc, lp, user, vault, age, expectBalanced } = await loadFixture(fixture);
      await expect(usdc.issue(user, 1_000n)).to.changeTokenBalance(zusd, user, 1_000n);
      await expectBalanced();
      await age();
      await lp.issue(user, 400n);
      await expectBalanced();
      // 30 burnt, 20 of them debt: 10 are surplus.
      const retiring = usdc.retire(user, 30, 20);
      await expect(retiring).to.emit(books, "Retired").withArgs(usdc.target, user.address, 30, 980);
      await expect(retiring).to.emit(books, "BufferMoved").withArgs(usdc.target, 10, 10);
      expect(await books.buffer()).to.equal(10);
      await expectBalanced();
      await expect(usdc.retire(user, 5, 5)).not.to.emit(books, "BufferMoved");
      await expectBalanced();
      await expect(usdc.earn(7)).to.emit(books, "BufferMoved").withArgs(usdc.target, 7, 17);
      expect(await books.debtOf(usdc)).to.equal(982);
      await expectBalanced();
      await expect(usdc.writeOff(82)).to.emit(books, "BufferMoved").withArgs(usdc.target, -82, -65);
      expect(await books.debtOf(usdc)).to.equal(900);
      await expectBalanced();
      await lp.writeOff(1);
      expect(await books.discountedDebt()).to.equal(399);
      await lp.earn(2);
      await expectBalanced();
      await zusd.connect(vault).crosschainBurn(user, 100);
      await expectBalanced();
      await expect(books.connect(user).cover(65)).to.changeTokenBalance(zusd, user, -65);
      expect(await books.buffer()).to.equal(1);
      await expectBalanced();
      const { factor } = await books.books();
      expect(factor).to.equal(await books.factor());
    });

    it("no debt goes below 0, and no more debt than zUSD is retired", async () => {
      const { books, usdc, dai, user } = await loadFixture(fixture);
      await usdc.issue(user, 10);
      await dai.issue(user, 10);
      await expect(usdc.retire(user, 11, 11))
        .to.be.revertedWithCustomError(books, "Books_DebtTooSmall")
        .withArgs(10, 11);
      await expect(usdc.retire(user, 4, 5))
        .to.be.revertedWithCustomError(books, "Books_DebtTooSmall")
        .withArgs(4, 5);
      await expect(usdc.writeOff(11)).to.be.revertedWithCustomError(books, "Books_DebtTooSmall").withArgs(10, 11);
      await usdc.writeOff(10);
      await dai.retire(user, 10, 10);
      expect(await books.peggedDebt()).to.equal(0);
    });

    it("whoever covers needs the zUSD", async () => {
      const { books, zusd, other } = await loadFixture(fixture);
      await expect(books.connect(other).cover(1)).to.be.revertedWithCustomError(zusd, "ERC20InsufficientBalance");
      await expect(books.connect(other).cover(2n ** 255n)).to.be.revertedWithCustomError(
        books,
        "SafeCastOverflowedUintToInt",
      );
    });

    it("M16: at the end of 96 bits debts and buffer are refused, not wrapped", async () => {
      const { books, usdc, dai, lp, user, age, expectBalanced } = await loadFixture(fixture);
      for (const facility of [usdc, dai, lp]) await books.setCeiling(facility, MOST);
      await expect(usdc.issue(user, MOST + 1n)).to.be.revertedWithCustomError(books, "Books_AboveCeiling");
      await usdc.issue(user, MOST);
      await expectBalanced();
      await expect(dai.issue(user, 1)).to.be.revertedWithCustomError(books, "SafeCastOverflowedUintDowncast");
      await expect(usdc.earn(1)).to.be.revertedWithCustomError(books, "SafeCastOverflowedUintDowncast");
      await age();
      await books.setShare(9_999);
      await lp.issue(user, MOST);
      await expect(lp.earn(1)).to.be.revertedWithCustomError(books, "SafeCastOverflowedUintDowncast");
      await expectBalanced();
      // The buffer is a signed one.
      await usdc.writeOff(2n ** 95n);
      expect(await books.buffer()).to.equal(-(2n ** 95n));
      await expect(usdc.writeOff(1)).to.be.revertedWithCustomError(books, "SafeCastOverflowedIntDowncast");
      await books.connect(user).cover(MOST);
      expect(await books.buffer()).to.equal(2n ** 95n - 1n);
      await expect(books.connect(user).cover(1)).to.be.revertedWithCustomError(books, "SafeCastOverflowedIntDowncast");
      await expectBalanced();
    });
  });

  describe("impairment", () => {
    it("D2: of one facility stops new zUSD of all, until it is over", async () => {
      const { books, usdc, dai, user } = await loadFixture(fixture);
      await usdc.issue(user, 1_002);
      await dai.issue(user, 1_000_000);
      await expect(usdc.setImpaired(true)).to.emit(books, "ImpairmentSet").withArgs(usdc.target, true);
      await expect(usdc.setImpaired(true)).not.to.emit(books, "ImpairmentSet");
      expect(await books.impaired()).to.equal(1);
      for (const facility of [usdc, dai]) {
        await expect(facility.issue(user, 1)).to.be.revertedWithCustomError(books, "Books_Impaired").withArgs(1, 0);
      }
      await dai.setImpaired(true);
      await usdc.setImpaired(false);
      await expect(usdc.setImpaired(false)).not.to.emit(books, "ImpairmentSet");
      await expect(usdc.issue(user, 1)).to.be.revertedWithCustomError(books, "Books_Impaired").withArgs(1, 0);
      await dai.setImpaired(false);
      await usdc.issue(user, 1);
    });

    it("of a facility of a thousandth of all debt, or of none, stops nobody", async () => {
      const { books, usdc, dai, user } = await loadFixture(fixture);
      await dai.issue(user, 998_999);
      await usdc.setImpaired(true);
      await usdc.issue(user, 1_000);
      // 1,000 of 999,999 is more than a thousandth.
      await expect(dai.issue(user, 1)).to.be.revertedWithCustomError(books, "Books_Impaired").withArgs(1, 0);
      await dai.earn(1);
      await dai.issue(user, 1);
      // With bad debt beside it, it is more again.
      await dai.writeOff(2);
      await expect(dai.issue(user, 1)).to.be.revertedWithCustomError(books, "Books_Impaired").withArgs(1, -1);
    });

    it("bad debt of more than a thousandth of all debt stops new zUSD; a thousandth does not", async () => {
      const { books, usdc, dai, user } = await loadFixture(fixture);
      await dai.issue(user, 1_000_000n);
      await usdc.issue(user, 2_000n);
      // 1,001 of 1,000,999 is more than a thousandth, 1,001 of 1,001,000 is not.
      await usdc.writeOff(1_001);
      await expect(dai.issue(user, 1)).to.be.revertedWithCustomError(books, "Books_Impaired").withArgs(0, -1_001);
      await usdc.earn(1);
      expect(await books.buffer()).to.equal(-1_000);
      await dai.issue(user, 1);
      await usdc.writeOff(1);
      await dai.issue(user, 1);
      await usdc.writeOff(1);
      await expect(dai.issue(user, 1)).to.be.revertedWithCustomError(books, "Books_Impaired").withArgs(0, -1_002);
      await books.connect(user).cover(2);
      await dai.issue(user, 1);
    });
  });

  describe("the factor", () => {
    const weigh = async (facility: MockFacility, weight: bigint) => facility.setWeight(weight);

    it("is one without debt, and while what stands behind is whole", async () => {
      const { books, usdc, lp, user, age } = await loadFixture(fixture);
      expect(await books.factor()).to.equal(ONE);
      await usdc.issue(user, 1_000n);
      await age();
      await lp.issue(user, 100n);
      expect(await books.factor()).to.equal(ONE);
      // A discounted facility's debt counts in full whatever it says.
      await weigh(lp, 0n);
      expect(await books.factor()).to.equal(ONE);
    });

    it("is what stands behind a zUSD, rounded down", async () => {
      const { books, usdc, dai, lp, user, age } = await loadFixture(fixture);
      await usdc.issue(user, 700n);
      await dai.issue(user, 300n);
      await age();
      await lp.issue(user, 101n);
      await weigh(usdc, (ONE * 9n) / 10n);
      expect(await books.factor()).to.equal((630n * ONE + 300n * ONE + 101n * ONE) / 1_101n);
      await weigh(dai, 0n);
      expect(await books.factor()).to.equal((630n * ONE + 101n * ONE) / 1_101n);
      await weigh(usdc, 1n);
      expect(await books.factor()).to.equal((700n + 101n * ONE) / 1_101n);
    });

    it("surplus raises it, up to one; bad debt lowers it", async () => {
      const { books, usdc, dai, user } = await loadFixture(fixture);
      await usdc.issue(user, 1_000n);
      await dai.issue(user, 1_000n);
      await weigh(usdc, ONE / 2n);
      expect(await books.factor()).to.equal((3n * ONE) / 4n);
      await books.connect(user).cover(400);
      expect(await books.factor()).to.equal((1_500n * ONE) / 1_600n);
      await books.connect(user).cover(99);
      expect(await books.factor()).to.equal((1_500n * ONE) / 1_501n);
      await books.connect(user).cover(1);
      expect(await books.factor()).to.equal(ONE);
      await books.connect(user).cover(1);
      expect(await books.factor()).to.equal(ONE);
      await weigh(usdc, ONE);
      await dai.writeOff(502);
      expect(await books.factor()).to.equal((1_498n * ONE) / 1_499n);
    });

    it("M8: a redemption at the factor never lowers it by a unit, with ever so little zUSD", async () => {
      const { books, zusd, usdc, dai, user } = await loadFixture(fixture);
      await usdc.issue(user, 11n);
      await dai.issue(user, 7n);
      const weight = (ONE * 877n) / 1_000n;
      await weigh(usdc, weight);
      let before = await books.factor();
      for (let turn = 0; (await books.peggedDebt()) > 1n; turn++) {
        // Two wei are burnt, of sound coins at the factor and of impaired ones at what they are worth of it.
        const facility = turn % 2 === 0 ? dai : usdc;
        const debt = facility === dai ? (2n * before) / ONE : (2n * before) / weight;
        if (debt > (await books.debtOf(facility))) break;
        await facility.retire(user, 2, debt);
        const after = await books.factor();
        expect(after >= before, `${before} to ${after}`).to.equal(true);
        before = after;
      }
      expect((await zusd.totalSupply()) < 4n).to.equal(true);
    });

    it("one without debt is not asked", async () => {
      const { books, usdc, dai, user } = await loadFixture(fixture);
      await usdc.issue(user, 10);
      await ethers.provider.send("hardhat_setCode", [await dai.getAddress(), "0xfe"]);
      expect(await books.factor()).to.equal(ONE);
    });
  });

  describe("surplus", () => {
    it("is withdrawn up to what there is", async () => {
      const { books, zusd, usdc, user, other, expectBalanced } = await loadFixture(fixture);
      await usdc.issue(user, 100);
      await usdc.earn(10);
      await expect(books.withdrawSurplus(other, 11))
        .to.be.revertedWithCustomError(books, "Books_NoSurplus")
        .withArgs(10, 11);
      const withdrawing = books.withdrawSurplus(other, 4);
      await expect(withdrawing).to.changeTokenBalance(zusd, other, 4);
      await expect(withdrawing)
        .to.emit(books, "BufferMoved")
        .withArgs((await ethers.getSigners())[0].address, -4, 6);
      await books.withdrawSurplus(other, 6);
      expect(await books.buffer()).to.equal(0);
      await expect(books.withdrawSurplus(other, 1)).to.be.revertedWithCustomError(books, "Books_NoSurplus");
      await expectBalanced();
    });

    it("is not there while there is bad debt, nor beyond any number", async () => {
      const { books, usdc, user, other } = await loadFixture(fixture);
      await usdc.issue(user, 100);
      await usdc.writeOff(10);
      await expect(books.withdrawSurplus(other, 0))
        .to.be.revertedWithCustomError(books, "Books_NoSurplus")
        .withArgs(-10, 0);
      await expect(books.withdrawSurplus(other, 2n ** 255n)).to.be.revertedWithCustomError(
        books,
        "SafeCastOverflowedUintToInt",
      );
    });

    it("stays as far as the backing needs it", async () => {
      const { books, usdc, dai, user, other } = await loadFixture(fixture);
      await usdc.issue(user, 100);
      await dai.issue(user, 100);
      await dai.earn(30);
      await usdc.setWeight((ONE * 8n) / 10n);
      // 80 + 130 behind 200: ten are too many.
      expect(await books.factor()).to.equal(ONE);
      await expect(books.withdrawSurplus(other, 11))
        .to.be.revertedWithCustomError(books, "Books_NoSurplus")
        .withArgs(30, 11);
      await books.withdrawSurplus(other, 10);
      expect(await books.factor()).to.equal(ONE);
      expect(await books.buffer()).to.equal(20);
    });
  });

  it("are reported in one answer", async () => {
    const { books, usdc, dai, lp, user, vault, zusd, age } = await loadFixture(fixture);
    await usdc.issue(user, 1_000n);
    await age();
    await lp.issue(user, 100n);
    await usdc.earn(5n);
    await zusd.connect(vault).crosschainBurn(user, 60n);
    await usdc.setWeight(ONE / 2n);
    const report = await books.books();
    const rows = report.facilities.map((f) => [
      f.facility,
      f.token,
      f.class,
      f.status,
      f.reserve,
      f.debt,
      f.ceiling,
      f.weight,
    ]);
    expect(rows).to.deep.equal([
      [usdc.target, await usdc.token(), 1n, 0n, 0n, 1_005n, CEILING, ONE / 2n],
      [dai.target, await dai.token(), 1n, 0n, 0n, 0n, CEILING, ONE],
      [lp.target, await lp.token(), 2n, 0n, 0n, 100n, CEILING, ONE],
    ]);
    expect([report.supply, report.abroad, report.buffer]).to.deep.equal([1_040n, 60n, 5n]);
    expect(report.factor).to.equal((1_005n * (ONE / 2n) + 100n * ONE) / 1_100n);
  });
});
