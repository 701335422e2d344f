import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { encodeBytes32String, MaxUint256, ZeroAddress } from "ethers";
import { ethers } from "hardhat";
import { impersonate } from "../../fixtures/contracts";
import { deployFacility, ONE, openFor, PARAMETERS, PRICE } from "../../fixtures/pcd";

const [LIVE, MINT_OFF, FROZEN] = [0n, 1n, 2n];
/** Of a hundred tokens at $100 and a haircut of 15 %. */
const LIMIT = 8_500n * ONE;

describe("DiscountedFacility: positions", () => {
  const fixture = () => deployFacility();

  /** Alice's position of 100 tokens and 5,000 zUSD. */
  async function withPosition() {
    const f = await deployFacility();
    const id = await openFor(f.facility, f.alice, 100n * ONE, 5_000n * ONE);
    return { ...f, id };
  }

  describe("open", () => {
    it("takes the caller's collateral, gives the position to its owner, and the zUSD to whom the caller says", async () => {
      const { facility, token, zusd, books, alice, bob, carol } = await loadFixture(fixture);
      expect(await facility.connect(alice).open.staticCall(bob, 100n * ONE, LIMIT, carol)).to.equal(1);
      await expect(facility.connect(alice).open(bob, 100n * ONE, LIMIT, carol))
        .to.emit(facility, "Opened")
        .withArgs(1, bob, alice, 100n * ONE, LIMIT)
        .and.to.emit(books, "Issued")
        .withArgs(facility, carol, LIMIT, LIMIT);
      expect(await facility.position(1)).to.deep.equal([bob.address, 100n * ONE, LIMIT, 85n]);
      expect(await facility.totals()).to.deep.equal([1n, LIMIT << 16n, 0n, 0n, 85n]);
      expect(await facility.reserve()).to.equal(100n * ONE);
      expect(await token.balanceOf(facility)).to.equal(100n * ONE);
      expect(await zusd.balanceOf(carol)).to.equal(LIMIT);
      expect(await books.debtOf(facility)).to.equal(LIMIT);
    });

    it("lends (1 − h) of the lower value, and not a unit more", async () => {
      const { facility, source, alice } = await loadFixture(fixture);
      await source.set(PRICE, PRICE + ONE);
      await expect(facility.connect(alice).open(alice, 100n * ONE, LIMIT + 1n, alice))
        .to.be.revertedWithCustomError(facility, "DiscountedFacility_Unhealthy")
        .withArgs(LIMIT, LIMIT + 1n);
      await expect(facility.connect(alice).open(alice, 100n * ONE - 1n, LIMIT, alice)).to.be.revertedWithCustomError(
        facility,
        "DiscountedFacility_Unhealthy",
      );
      await facility.connect(alice).open(alice, 100n * ONE, LIMIT, alice);
    });

    it("M9: needs collateral, and no debt or the minimum", async () => {
      const { facility, alice } = await loadFixture(fixture);
      const { minDebt } = PARAMETERS;
      await expect(facility.connect(alice).open(alice, 0, minDebt, alice))
        .to.be.revertedWithCustomError(facility, "Facility_TooSmall")
        .withArgs(0);
      await expect(facility.connect(alice).open(alice, 100n * ONE, minDebt - 1n, alice))
        .to.be.revertedWithCustomError(facility, "DiscountedFacility_DebtTooSmall")
        .withArgs(minDebt, minDebt - 1n);
      await facility.connect(alice).open(alice, 100n * ONE, minDebt, alice);
      await facility.connect(alice).open(alice, 1, 0, alice);
      expect(await facility.position(2)).to.deep.equal([alice.address, 1n, 0n, 0n]);
    });

    it("belongs to somebody", async () => {
      const { facility, alice } = await loadFixture(fixture);
      await expect(facility.connect(alice).open(ZeroAddress, ONE, 0, alice)).to.be.revertedWithCustomError(
        facility,
        "DiscountedFacility_ZeroOwner",
      );
    });

    it("V1: refuses a token that brings less than the amount", async () => {
      const { facility, alice } = await deployFacility({ tokenName: "FeeToken" });
      await expect(facility.connect(alice).open(alice, 100n * ONE, 0, alice))
        .to.be.revertedWithCustomError(facility, "DiscountedFacility_NotReceived")
        .withArgs(100n * ONE, 99n * ONE);
    });

    it("V7: counts no donation as collateral", async () => {
      const { facility, token, alice } = await loadFixture(withPosition);
      await token.transfer(facility, 1_000n * ONE);
      expect(await facility.reserve()).to.equal(100n * ONE);
      expect((await facility.position(1)).collateral).to.equal(100n * ONE);
      await facility.connect(alice).repay(1, MaxUint256);
      await facility.connect(alice).withdraw(1, 100n * ONE, alice);
      await expect(facility.connect(alice).withdraw(1, 1, alice)).to.be.revertedWithCustomError(
        facility,
        "DiscountedFacility_CollateralTooSmall",
      );
    });
  });

  describe("add", () => {
    it("takes anyone's collateral", async () => {
      const { facility, bob, alice, id } = await loadFixture(withPosition);
      await expect(facility.connect(bob).add(id, 25n * ONE))
        .to.emit(facility, "Added")
        .withArgs(id, bob, 25n * ONE);
      // 5,000 over 125 is 40 hundredths of $100, over 100 it was 50.
      expect(await facility.position(id)).to.deep.equal([alice.address, 125n * ONE, 5_000n * ONE, 40n]);
      expect(await facility.reserve()).to.equal(125n * ONE);
    });

    it("takes something, for a position that is there", async () => {
      const { facility, bob, id } = await loadFixture(withPosition);
      await expect(facility.connect(bob).add(id, 0)).to.be.revertedWithCustomError(facility, "Facility_TooSmall");
      for (const other of [0, 2]) {
        await expect(facility.connect(bob).add(other, ONE))
          .to.be.revertedWithCustomError(facility, "DiscountedFacility_NoPosition")
          .withArgs(other);
      }
    });

    it("M16: takes up to 2^112 − 1 in all", async () => {
      const { facility, token, alice, id } = await loadFixture(withPosition);
      const room = 2n ** 112n - 1n - 100n * ONE;
      await token.mint(alice, room + 1n);
      await expect(facility.connect(alice).add(id, room + 1n)).to.be.revertedWithCustomError(
        facility,
        "SafeCastOverflowedUintDowncast",
      );
      await facility.connect(alice).add(id, room);
      await expect(facility.connect(alice).open(alice, 1, 0, alice)).to.be.revertedWithCustomError(
        facility,
        "SafeCastOverflowedUintDowncast",
      );
    });
  });

  describe("borrow", () => {
    it("mints for the owner only, to whom it says", async () => {
      const { facility, zusd, alice, bob, carol, id } = await loadFixture(withPosition);
      await expect(facility.connect(bob).borrow(id, ONE, bob))
        .to.be.revertedWithCustomError(facility, "DiscountedFacility_NotOwner")
        .withArgs(alice, bob);
      await expect(facility.connect(alice).borrow(id, 3_500n * ONE, carol))
        .to.emit(facility, "Borrowed")
        .withArgs(id, carol, 3_500n * ONE);
      expect(await zusd.balanceOf(carol)).to.equal(3_500n * ONE);
      expect(await facility.position(id)).to.deep.equal([alice.address, 100n * ONE, LIMIT, 85n]);
      await expect(facility.connect(alice).borrow(id, 1, alice))
        .to.be.revertedWithCustomError(facility, "DiscountedFacility_Unhealthy")
        .withArgs(LIMIT, LIMIT + 1n);
    });

    it("mints something, for a position that is there", async () => {
      const { facility, alice, id } = await loadFixture(withPosition);
      await expect(facility.connect(alice).borrow(id, 0, alice)).to.be.revertedWithCustomError(
        facility,
        "Facility_TooSmall",
      );
      await expect(facility.connect(alice).borrow(2, ONE, alice)).to.be.revertedWithCustomError(
        facility,
        "DiscountedFacility_NoPosition",
      );
    });

    it("M9: brings a position to the minimum at least", async () => {
      const { facility, alice } = await loadFixture(fixture);
      await facility.connect(alice).open(alice, 100n * ONE, 0, alice);
      await expect(facility.connect(alice).borrow(1, 100n * ONE - 1n, alice)).to.be.revertedWithCustomError(
        facility,
        "DiscountedFacility_DebtTooSmall",
      );
      await facility.connect(alice).borrow(1, 100n * ONE, alice);
    });
  });

  describe("repay", () => {
    it("burns anyone's zUSD for the debt, at most all of it", async () => {
      const { facility, zusd, books, alice, bob, id } = await loadFixture(withPosition);
      const before = await zusd.balanceOf(bob);
      await expect(facility.connect(bob).repay(id, 1_000n * ONE))
        .to.emit(facility, "Repaid")
        .withArgs(id, bob, 1_000n * ONE);
      expect(await facility.position(id)).to.deep.equal([alice.address, 100n * ONE, 4_000n * ONE, 40n]);
      expect(await facility.connect(bob).repay.staticCall(id, MaxUint256)).to.equal(4_000n * ONE);
      await facility.connect(bob).repay(id, MaxUint256);
      expect(await zusd.balanceOf(bob)).to.equal(before - 5_000n * ONE);
      expect(await facility.position(id)).to.deep.equal([alice.address, 100n * ONE, 0n, 0n]);
      expect(await books.debtOf(facility)).to.equal(0);
      // The last debt ended an epoch.
      expect(await facility.totals()).to.deep.equal([1n, 0n, 0n, 1n, 0n]);
      await expect(facility.connect(bob).repay(id, 1)).to.be.revertedWithCustomError(facility, "Facility_TooSmall");
    });

    it("M9: leaves nothing or the minimum", async () => {
      const { facility, alice, id } = await loadFixture(withPosition);
      await expect(facility.connect(alice).repay(id, 4_900n * ONE + 1n))
        .to.be.revertedWithCustomError(facility, "DiscountedFacility_DebtTooSmall")
        .withArgs(100n * ONE, 100n * ONE - 1n);
      await facility.connect(alice).repay(id, 4_900n * ONE);
      await facility.connect(alice).repay(id, 100n * ONE);
    });

    it("burns the caller's own zUSD only", async () => {
      const { facility, zusd, carol, id } = await loadFixture(withPosition);
      await expect(facility.connect(carol).repay(id, ONE))
        .to.be.revertedWithCustomError(zusd, "ERC20InsufficientBalance")
        .withArgs(carol, 0, ONE);
      await expect(facility.connect(carol).repay(7, ONE)).to.be.revertedWithCustomError(
        facility,
        "DiscountedFacility_NoPosition",
      );
    });
  });

  describe("withdraw", () => {
    it("M12: pays the owner's collateral as far as the debt allows, and no further", async () => {
      const { facility, token, alice, bob, carol, id } = await loadFixture(withPosition);
      await expect(facility.connect(bob).withdraw(id, 1, bob))
        .to.be.revertedWithCustomError(facility, "DiscountedFacility_NotOwner")
        .withArgs(alice, bob);
      // 5,000/(0.85·100) = 58.8235294117647058824 tokens, rounded up, must stay.
      const out = 100n * ONE - 58_823_529_411_764_705_883n;
      await expect(facility.connect(alice).withdraw(id, out + 1n, alice)).to.be.revertedWithCustomError(
        facility,
        "DiscountedFacility_Unhealthy",
      );
      await expect(facility.connect(alice).withdraw(id, out, carol))
        .to.emit(facility, "Withdrawn")
        .withArgs(id, carol, out);
      expect(await token.balanceOf(carol)).to.equal(out);
      expect(await facility.position(id)).to.deep.equal([alice.address, 100n * ONE - out, 5_000n * ONE, 85n]);
      expect(await facility.reserve()).to.equal(100n * ONE - out);
    });

    it("pays something, of what is there, for a position that is there", async () => {
      const { facility, alice, id } = await loadFixture(withPosition);
      await expect(facility.connect(alice).withdraw(id, 0, alice)).to.be.revertedWithCustomError(
        facility,
        "Facility_TooSmall",
      );
      await expect(facility.connect(alice).withdraw(id, 100n * ONE + 1n, alice))
        .to.be.revertedWithCustomError(facility, "DiscountedFacility_CollateralTooSmall")
        .withArgs(100n * ONE, 100n * ONE + 1n);
      await expect(facility.connect(alice).withdraw(2, 1, alice)).to.be.revertedWithCustomError(
        facility,
        "DiscountedFacility_NoPosition",
      );
    });

    it("M12: another position's collateral, or a donation, does not stand for one's debt", async () => {
      const { facility, token, alice, bob, id } = await loadFixture(withPosition);
      await openFor(facility, bob, 1_000n * ONE, 0n);
      await token.transfer(facility, 1_000n * ONE);
      await expect(facility.connect(alice).withdraw(id, 100n * ONE, alice)).to.be.revertedWithCustomError(
        facility,
        "DiscountedFacility_Unhealthy",
      );
    });
  });

  describe("when prices are refused, or the guardian stopped minting", () => {
    it("M10: no price, no new debt, no liquidation, and collateral only without debt; add and repay go on", async () => {
      const { facility, source, alice, bob, id } = await loadFixture(withPosition);
      await facility.connect(alice).open(alice, ONE, 0, alice);
      await source.setRefuses(true);
      for (const refused of [
        () => facility.connect(alice).open(alice, 100n * ONE, LIMIT, alice),
        () => facility.connect(alice).borrow(id, ONE, alice),
        () => facility.connect(alice).withdraw(id, 1, alice),
        () => facility.connect(bob).liquidate(id, ONE, 0, bob),
        () => facility.connect(bob).redeem(ONE, 0, bob),
      ]) {
        await expect(refused()).to.be.revertedWithCustomError(source, "Refused");
      }
      await facility.connect(bob).add(id, ONE);
      await facility.connect(bob).repay(id, 1_000n * ONE);
      await facility.connect(bob).touch(id);
      await facility.connect(alice).withdraw(2, ONE, alice);
      await facility.connect(alice).open(alice, ONE, 0, alice);
      await facility.connect(alice).repay(id, MaxUint256);
      await facility.connect(alice).withdraw(id, 101n * ONE, alice);
    });

    it("M10: a price of 0 is none", async () => {
      const { facility, source, alice, bob, id } = await loadFixture(withPosition);
      await source.set(0, PRICE);
      for (const refused of [
        () => facility.connect(alice).borrow(id, ONE, alice),
        () => facility.connect(alice).withdraw(id, 1, alice),
        () => facility.connect(bob).liquidate(id, ONE, 0, bob),
        () => facility.connect(bob).redeem(ONE, 0, bob),
      ]) {
        await expect(refused()).to.be.revertedWithCustomError(facility, "DiscountedFacility_NoPrice");
      }
    });

    it("O5: a leg out of band, or bounds too far apart, stop new debt and redemption, nothing else", async () => {
      const { facility, source, alice, bob, id } = await loadFixture(withPosition);
      const limit = PRICE + (PRICE * PARAMETERS.maxSpread) / 10_000n;
      for (const [inBand, upper] of [
        [false, PRICE],
        [true, limit + 1n],
      ] as const) {
        await source.setInBand(inBand);
        await source.set(PRICE, upper);
        for (const refused of [
          () => facility.connect(alice).open(alice, 100n * ONE, LIMIT, alice),
          () => facility.connect(alice).borrow(id, ONE, alice),
          () => facility.connect(bob).redeem(ONE, 0, bob),
        ]) {
          await expect(refused())
            .to.be.revertedWithCustomError(facility, "DiscountedFacility_OutOfBand")
            .withArgs(PRICE, upper);
        }
        await facility.connect(alice).withdraw(id, ONE, alice);
        await facility.connect(alice).add(id, ONE);
        await facility.connect(alice).repay(id, ONE);
        await source.set(50n * ONE, upper);
        await facility.connect(bob).liquidate(id, 100n * ONE, 0, bob);
      }
      await source.set(PRICE, limit);
      await facility.connect(alice).add(id, 10n * ONE);
      await facility.connect(alice).borrow(id, ONE, alice);
      await facility.connect(bob).redeem(100n * ONE, 0, bob);
    });

    it("G6: a stop ends new debt only, and holds until it is taken back", async () => {
      const { facility, source, alice, bob, id } = await loadFixture(withPosition);
      await facility.stopMinting();
      expect(await facility.status()).to.equal(MINT_OFF);
      for (const refused of [
        () => facility.connect(alice).open(alice, 100n * ONE, LIMIT, alice),
        () => facility.connect(alice).borrow(id, ONE, alice),
      ]) {
        await expect(refused()).to.be.revertedWithCustomError(facility, "Facility_NotLive").withArgs(MINT_OFF);
      }
      await facility.connect(bob).redeem(100n * ONE, 0, bob);
      await facility.connect(bob).add(id, 100n * ONE);
      await facility.connect(bob).repay(id, 100n * ONE);
      await facility.connect(alice).withdraw(id, 100n * ONE, alice);
      await source.set(50n * ONE, 50n * ONE);
      await facility.connect(bob).liquidate(id, 100n * ONE, 0, bob);
      await source.set(PRICE, PRICE);
      await facility.startMinting();
      expect(await facility.status()).to.equal(LIVE);
      await facility.connect(alice).borrow(id, ONE, alice);
    });

    it("I1, V6: is frozen while the token lacks: no new debt and no redemption; debts can be paid", async () => {
      const { facility, token, bob, alice, id } = await loadFixture(withPosition);
      const self = await impersonate(await facility.getAddress());
      await token.connect(self).transfer(bob, 1);
      expect(await facility.status()).to.equal(FROZEN);
      for (const refused of [
        () => facility.connect(alice).borrow(id, ONE, alice),
        () => facility.connect(bob).redeem(ONE, 0, bob),
      ]) {
        await expect(refused()).to.be.revertedWithCustomError(facility, "Facility_NotLive").withArgs(FROZEN);
      }
      await facility.connect(bob).repay(id, ONE);
      await token.connect(bob).transfer(facility, 1);
      expect(await facility.status()).to.equal(LIVE);
      await facility.connect(alice).borrow(id, ONE, alice);
    });
  });

  describe("limits", () => {
    it("M1: the ceiling holds exactly, for two in one block", async () => {
      const { facility, books, alice, bob } = await deployFacility({ ceiling: 10_000n * ONE });
      await facility.connect(alice).open(alice, 1_000n * ONE, 5_000n * ONE, alice);
      await expect(facility.connect(bob).open(bob, 1_000n * ONE, 5_000n * ONE + 1n, bob))
        .to.be.revertedWithCustomError(books, "Books_AboveCeiling")
        .withArgs(10_000n * ONE, 10_000n * ONE + 1n);
      await ethers.provider.send("evm_setAutomine", [false]);
      const gasLimit = 1_000_000;
      const racing = [
        await facility.connect(bob).open(bob, 1_000n * ONE, 3_000n * ONE, bob, { gasLimit }),
        await facility.connect(alice).borrow(1, 3_000n * ONE, alice, { gasLimit }),
      ];
      await ethers.provider.send("evm_setAutomine", [true]);
      await ethers.provider.send("evm_mine", []);
      const receipts = await Promise.all(racing.map(({ hash }) => ethers.provider.getTransactionReceipt(hash)));
      expect(new Set(receipts.map((receipt) => receipt!.blockNumber)).size).to.equal(1);
      expect(receipts.map((receipt) => receipt!.status)).to.have.members([0, 1]);
      expect(await books.debtOf(facility)).to.equal(8_000n * ONE);
      await facility.connect(alice).open(alice, 1_000n * ONE, 2_000n * ONE, alice);
      expect(await books.debtOf(facility)).to.equal(10_000n * ONE);
    });

    it("M14: the share of discounted debt holds, so nobody pays for a liquidation with zUSD of the same token", async () => {
      // 30 % of all: 3,000 beside 7,000.
      const { facility, books, source, alice, bob } = await deployFacility({ pegged: 7_000n * ONE });
      const limit = 3_000n * ONE;
      await expect(facility.connect(alice).open(alice, 100n * ONE, limit + 1n, alice))
        .to.be.revertedWithCustomError(books, "Books_AboveShare")
        .withArgs(limit, limit + 1n);
      await facility.connect(alice).open(alice, 100n * ONE, limit, alice);
      await source.set(31n * ONE, 31n * ONE);
      await expect(facility.connect(bob).open(bob, 1_000n * ONE, limit, bob))
        .to.be.revertedWithCustomError(books, "Books_AboveShare")
        .withArgs(limit, 2n * limit);
      await expect(facility.connect(bob).liquidate(1, limit, 0, bob)).to.be.reverted;
    });

    it("own LP: at most the pool share lies here when zUSD is minted or a position opened; adding goes on", async () => {
      const { facility, token, alice } = await loadFixture(fixture);
      const supply = await token.totalSupply();
      const limit = supply / 10n;
      await token.approve(facility, MaxUint256);
      await expect(facility.open(alice, limit + 1n, 0, alice))
        .to.be.revertedWithCustomError(facility, "DiscountedFacility_AbovePoolShare")
        .withArgs(limit, limit + 1n);
      await facility.open(alice, limit, 1_000n * ONE, alice);
      await facility.connect(alice).add(1, 1);
      await expect(facility.connect(alice).borrow(1, ONE, alice))
        .to.be.revertedWithCustomError(facility, "DiscountedFacility_AbovePoolShare")
        .withArgs(limit, limit + 1n);
      await facility.connect(alice).withdraw(1, 1, alice);
      await facility.connect(alice).borrow(1, ONE, alice);
    });

    it("M15: no new debt while a pegged facility is impaired", async () => {
      const { facility, pegged, books, alice } = await loadFixture(fixture);
      await pegged.setImpaired(true);
      await expect(facility.connect(alice).open(alice, 100n * ONE, LIMIT, alice)).to.be.revertedWithCustomError(
        books,
        "Books_Impaired",
      );
      await pegged.setImpaired(false);
      await facility.connect(alice).open(alice, 100n * ONE, LIMIT, alice);
    });

    it("O8: zUSD itself is refused by the books", async () => {
      const { access, books, zusd, source, alice } = await loadFixture(fixture);
      const facility = await ethers.deployContract("DiscountedFacility", [
        access,
        books,
        zusd,
        source,
        PRICE,
        PARAMETERS,
      ]);
      await expect(books.add(facility, 1)).to.be.revertedWithCustomError(books, "Books_OwnToken").withArgs(zusd);
      await expect(facility.connect(alice).open(alice, 0, ONE, alice)).to.be.reverted;
    });
  });

  describe("setup", () => {
    it("is of the discounted class, and weighs its debt in full", async () => {
      const { facility, token, source, books } = await loadFixture(fixture);
      expect(await facility.class()).to.equal(2);
      expect(await facility.weight()).to.equal(ONE);
      expect(await facility.token()).to.equal(token);
      expect(await facility.source()).to.equal(source);
      expect(await facility.books()).to.equal(books);
      expect(await facility.basePrice()).to.equal(PRICE);
      expect(await facility.parameters()).to.deep.equal(Object.values(PARAMETERS));
      expect(await facility.totals()).to.deep.equal([0n, 0n, 0n, 0n, 0n]);
      expect(await facility.position(1)).to.deep.equal([ZeroAddress, 0n, 0n, 0n]);
    });

    it("O7: refuses books, tokens and prices without code on this chain", async () => {
      const { access, books, token, source, facility, alice } = await loadFixture(fixture);
      for (const args of [
        [access, alice.address, token, source],
        [access, books, alice.address, source],
        [access, books, token, alice.address],
      ]) {
        await expect(ethers.deployContract("DiscountedFacility", [...args, PRICE, PARAMETERS] as never))
          .to.be.revertedWithCustomError(facility, "Facility_NoCode")
          .withArgs(alice.address);
      }
    });

    it("G5: bounds parameters on both sides", async () => {
      const { facility } = await loadFixture(fixture);
      const accepted: Partial<typeof PARAMETERS>[] = [
        { haircut: 9_000n },
        { liquidationHaircut: 1_499n },
        { haircut: 801n },
        { liquidationHaircut: 100n, bonus: 101n },
        { bonus: 0n },
        // (1 − 0.08)·(1 + 0.0869) = 0.999948
        { bonus: 869n },
        { redemptionFee: 0n },
        { redemptionFee: 500n },
        { maxSpread: 1n },
        { maxSpread: 1_000n },
        { poolShare: 1n },
        { poolShare: 5_000n },
        { minDebt: ONE },
        { minTotal: 100n * ONE },
        { minTotal: 2n ** 80n - 1n },
      ];
      for (const change of accepted) {
        const parameters = { ...PARAMETERS, ...change };
        await expect(facility.setParameters(parameters)).to.emit(facility, "ParametersSet");
        expect(await facility.parameters()).to.deep.equal(Object.values(parameters));
      }
      const refused: [Partial<typeof PARAMETERS>, string][] = [
        [{ haircut: 9_001n }, "haircut"],
        [{ haircut: 800n }, "liquidationHaircut"],
        [{ liquidationHaircut: 1_500n }, "liquidationHaircut"],
        [{ liquidationHaircut: 99n, bonus: 0n }, "liquidationHaircut"],
        // (1 − 0.01)·(1 + 0.0102) = 1.000098; (1 − 0.08)·(1 + 0.087) = 1.00004
        [{ liquidationHaircut: 100n, bonus: 102n }, "bonus"],
        [{ bonus: 870n }, "bonus"],
        [{ redemptionFee: 501n }, "redemptionFee"],
        [{ maxSpread: 0n }, "maxSpread"],
        [{ maxSpread: 1_001n }, "maxSpread"],
        [{ poolShare: 0n }, "poolShare"],
        [{ poolShare: 5_001n }, "poolShare"],
        [{ minDebt: ONE - 1n }, "minDebt"],
        [{ minTotal: 100n * ONE - 1n }, "minTotal"],
      ];
      for (const [change, name] of refused) {
        await expect(facility.setParameters({ ...PARAMETERS, ...change }), name)
          .to.be.revertedWithCustomError(facility, "Facility_InvalidParameter")
          .withArgs(encodeBytes32String(name), Object.values(change).at(0) === 800n ? 800n : (change as never)[name]);
      }
    });

    it("G5: (1 − h_l)·(1 + b) = 1 exactly is refused", async () => {
      const { facility } = await loadFixture(fixture);
      // 0.8·1.25 = 1
      const parameters = { ...PARAMETERS, haircut: 3_000n, liquidationHaircut: 2_000n };
      await expect(facility.setParameters({ ...parameters, bonus: 2_500n })).to.be.revertedWithCustomError(
        facility,
        "Facility_InvalidParameter",
      );
      await facility.setParameters({ ...parameters, bonus: 2_499n });
    });

    it("G5: bounds base price and decimals, and wants the least debt to be a million units of the token", async () => {
      const { access, books, source, facility } = await loadFixture(fixture);
      const deploy = async (decimals: number, basePrice: bigint, minDebt = 100n * ONE) =>
        ethers.deployContract("DiscountedFacility", [
          access,
          books,
          await ethers.deployContract("MockToken", ["T", decimals]),
          source,
          basePrice,
          { ...PARAMETERS, minDebt, minTotal: 2n ** 79n },
        ]);
      await deploy(6, 100n * ONE);
      await deploy(24, 10n ** 6n);
      await deploy(24, 10n ** 33n, 10n ** 18n);
      for (const [decimals, basePrice, minDebt, name, value] of [
        [5, ONE, 100n * ONE, "decimals", 5],
        [25, ONE, 100n * ONE, "decimals", 25],
        [18, 10n ** 6n - 1n, 100n * ONE, "basePrice", 10n ** 6n - 1n],
        [18, 10n ** 33n + 1n, 100n * ONE, "basePrice", 10n ** 33n + 1n],
        [6, 100n * ONE + 1n, 100n * ONE, "minDebt", 100n * ONE],
        [6, 100n * ONE, 100n * ONE - 1n, "minDebt", 100n * ONE - 1n],
      ] as const) {
        await expect(deploy(decimals, basePrice, minDebt))
          .to.be.revertedWithCustomError(facility, "Facility_InvalidParameter")
          .withArgs(encodeBytes32String(name), value);
      }
    });

    it("G1: parameters and the switch are for those who may", async () => {
      const { facility, alice } = await loadFixture(fixture);
      const stranger = facility.connect(alice);
      for (const call of [
        () => stranger.setParameters(PARAMETERS),
        () => stranger.stopMinting(),
        () => stranger.startMinting(),
      ]) {
        await expect(call()).to.be.revertedWithCustomError(facility, "AccessManagedUnauthorized").withArgs(alice);
      }
    });
  });

  it("V8: refuses a token's hook that calls any entry point again", async () => {
    const f = await deployFacility({ tokenName: "HookToken" });
    const { facility, alice } = f;
    const id = await openFor(facility, alice, 1_000n * ONE, 5_000n * ONE);
    const contract = await ethers.deployContract("Reentrant");
    const encode = facility.interface;
    const guarded = ethers.id("ReentrancyGuardReentrantCall()").slice(0, 10);
    for (const data of [
      encode.encodeFunctionData("open", [alice.address, 1, 0, alice.address]),
      encode.encodeFunctionData("add", [id, 1]),
      encode.encodeFunctionData("borrow", [id, 1, alice.address]),
      encode.encodeFunctionData("repay", [id, 1]),
      encode.encodeFunctionData("withdraw", [id, 1, alice.address]),
      encode.encodeFunctionData("liquidate", [id, 1, 0, alice.address]),
      encode.encodeFunctionData("redeem", [1, 0, alice.address]),
      encode.encodeFunctionData("touch", [id]),
    ]) {
      await contract.arm(facility, data);
      await facility.connect(alice).withdraw(id, ONE, contract);
      expect(await contract.called()).to.equal(true);
      expect(await contract.succeeded()).to.equal(false);
      expect(await contract.answer()).to.equal(guarded);
    }
  });
});
