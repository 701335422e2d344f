import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { addPeg, deployPeggedChain, expectWhole, fund, PARAMETERS, type Peg, setPrice } from "../../fixtures/pegged";

const ONE = 10n ** 18n;
const SCALE = 10n ** 12n;
const [LIVE, , FROZEN] = [0, 1, 2];
const MINTED = 1_000_000n;

describe("PeggedFacility custody", () => {
  /** An issuer's token with a million units, fees of 50 and a pot of 2,475; and plain DAI with as much. */
  async function fixture() {
    const chain = await deployPeggedChain();
    const [, , user, other] = await ethers.getSigners();
    const token = await ethers.deployContract("IssuerToken", ["USD", 6]);
    const usd = await addPeg(chain, 6, { target: 1_000_000n, kappa: 1_000n }, { token });
    const dai = await addPeg(chain, 18);
    const pegs = [usd, dai];
    const as = ({ facility }: Peg, who = user) => facility.connect(who);
    for (const peg of pegs) await fund(peg, user, chain.vault);
    await as(usd).mint(1_100_000n, 0, user);
    await as(usd).redeem(100_000n * SCALE, 0, user);
    await as(dai).mint(MINTED * SCALE, 0, user);
    return { ...chain, token, user, other, usd, dai, pegs, as };
  }

  describe("M15: what is missing is taken from fees, then the pot, then the reserve", () => {
    /** Fees and pot that a facility has, and what is lost. */
    const cases: { name: string; fees: boolean; pot: boolean }[] = [
      { name: "all three there", fees: true, pot: true },
      { name: "no fees", fees: false, pot: true },
      { name: "no pot", fees: true, pot: false },
      { name: "neither", fees: false, pot: false },
    ];

    for (const { name, fees: hasFees, pot: hasPot } of cases) {
      it(name, async () => {
        const state = await loadFixture(fixture);
        const { usd, token, user, as, books, pegs } = state;
        if (hasPot) {
          await as(usd).redeem(200_000n * SCALE, 0, user);
        }
        if (!hasFees) await as(usd).bookFees();
        const { facility } = usd;
        const [fees, pot, reserve] = [await facility.fees(), await facility.pot(), await facility.reserve()];
        expect([fees > 0n, pot > 0n]).to.deep.equal([hasFees, hasPot]);
        const buffer = await books.buffer();
        const losses = new Set([1n, fees, fees + 1n, fees + pot, fees + pot + 1n, fees + pot + reserve]);
        for (const loss of losses) {
          if (loss === 0n) continue;
          const snapshot = await ethers.provider.send("evm_snapshot", []);
          await token.take(facility, loss);
          const fromFees = loss < fees ? loss : fees;
          const fromPot = loss - fromFees < pot ? loss - fromFees : pot;
          const fromReserve = loss - fromFees - fromPot;
          await expect(facility.sync()).to.emit(facility, "LossBooked").withArgs(fromFees, fromPot, fromReserve);
          expect([await facility.fees(), await facility.pot(), await facility.reserve()]).to.deep.equal([
            fees - fromFees,
            pot - fromPot,
            reserve - fromReserve,
          ]);
          expect(await books.buffer()).to.equal(buffer - fromReserve * SCALE);
          await expectWhole(state, pegs);
          // Once.
          await expect(facility.sync()).not.to.emit(facility, "LossBooked");
          await ethers.provider.send("evm_revert", [snapshot]);
        }
      });
    }

    it("a loss of reserve lowers what every zUSD of the chain is redeemed for, and covering raises it again", async () => {
      const state = await loadFixture(fixture);
      const { usd, dai, token, user, as, books, pegs } = state;
      await token.take(usd.facility, 500_050n);
      await usd.facility.sync();
      expect(await usd.facility.reserve()).to.equal(500_000n);
      expect(await books.factor()).to.equal((1_500_000n * ONE) / 2_000_000n);
      await expect(as(dai).mint(1n, 0, user)).to.be.revertedWithCustomError(books, "Books_Impaired");
      const amount = 1_000n * SCALE;
      const [paid] = await dai.facility.previewRedeem(amount);
      const units = (amount * 3n) / 4n;
      expect(paid).to.equal(units - (units * 5n + 9_999n) / 10_000n);
      await as(dai).redeem(amount, paid, user);
      expect((await books.factor()) >= (3n * ONE) / 4n).to.equal(true);
      await books.connect(user).cover(-(await books.buffer()));
      expect(await books.factor()).to.equal(ONE);
      await as(dai).mint(1n, 0, user);
      await expectWhole(state, pegs);
    });
  });

  describe("while a loss is not booked", () => {
    it("nothing is minted, redeemed or earned: nobody leaves the loss to the others", async () => {
      const { usd, token, user, as } = await loadFixture(fixture);
      const { facility } = usd;
      const owed = (await facility.reserve()) + (await facility.pot()) + (await facility.fees());
      await token.take(facility, 1);
      const calls: [string, () => Promise<unknown>][] = [
        ["mint", () => as(usd).mint(1_000n, 0, user)],
        ["redeem", () => as(usd).redeem(1_000n * SCALE, 0, user)],
        ["bookFees", () => as(usd).bookFees()],
      ];
      for (const [name, call] of calls) {
        await expect(call(), name)
          .to.be.revertedWithCustomError(facility, "PeggedFacility_Deficit")
          .withArgs(owed, owed - 1n);
      }
      await facility.sync();
      await as(usd).redeem(1_000n * SCALE, 0, user);
      await as(usd).mint(1_000n, 0, user);
      await as(usd).bookFees();
    });

    it("it is bounded by what was given in the meantime", async () => {
      const { usd, token, user, as } = await loadFixture(fixture);
      await token.take(usd.facility, 10);
      await token.connect(user).transfer(usd.facility, 10);
      await expect(usd.facility.sync()).not.to.emit(usd.facility, "LossBooked");
      await as(usd).mint(1_000n, 0, user);
    });
  });

  it("V7: a donation changes no book, mints nothing, and is what a loss takes first", async () => {
    const state = await loadFixture(fixture);
    const { usd, token, user, as, pegs, books } = state;
    const books0 = [await usd.facility.reserve(), await usd.facility.pot(), await usd.facility.fees()];
    await token.connect(user).transfer(usd.facility, 777n);
    await usd.facility.sync();
    expect([await usd.facility.reserve(), await usd.facility.pot(), await usd.facility.fees()]).to.deep.equal(books0);
    await expect(as(usd).mint(1_000n, 0, user)).to.changeTokenBalance(state.zusd, user, 1_000n * SCALE);
    await token.take(usd.facility, 777n);
    await expect(usd.facility.sync()).not.to.emit(usd.facility, "LossBooked");
    expect(await books.buffer()).to.equal(0);
    await expectWhole(state, pegs);
  });

  describe("V5, V6: an issuer that blocks the facility or pauses its token", () => {
    for (const how of ["blocked", "paused"] as const) {
      it(`${how}: that facility freezes and counts for nothing; the others work; until it moves again`, async () => {
        const state = await loadFixture(fixture);
        const { usd, dai, token, user, as, books, pegs } = state;
        const set = (on: boolean) => (how === "blocked" ? token.setBlocked(usd.facility, on) : token.setPaused(on));
        await set(true);
        await expect(usd.facility.sync()).to.emit(usd.facility, "ConditionChanged").withArgs(false, true, ONE);
        await expect(usd.facility.sync()).not.to.emit(usd.facility, "ConditionChanged");
        expect(await usd.facility.status()).to.equal(FROZEN);
        expect(await usd.facility.weight()).to.equal(0);
        expect((await usd.facility.condition()).frozen).to.equal(true);
        expect(await books.impaired()).to.equal(1);
        for (const call of [() => as(usd).mint(1_000n, 0, user), () => as(usd).redeem(1_000n * SCALE, 0, user)]) {
          await expect(call()).to.be.revertedWithCustomError(usd.facility, "Facility_NotLive").withArgs(FROZEN);
        }
        await expect(as(dai).mint(1n, 0, user))
          .to.be.revertedWithCustomError(books, "Books_Impaired")
          .withArgs(1, 0);
        // A half is behind everything: the others pay it.
        expect(await books.factor()).to.equal(ONE / 2n);
        const before = await dai.facility.reserve();
        await as(dai).redeem(1_000n * SCALE, 0, user);
        expect(before - (await dai.facility.reserve())).to.equal(500n * SCALE);
        await expectWhole(state, pegs);

        await set(false);
        expect(await usd.facility.weight()).to.equal(0);
        await expect(usd.facility.sync()).to.emit(usd.facility, "ConditionChanged").withArgs(false, false, ONE);
        expect(await usd.facility.status()).to.equal(LIVE);
        expect(await books.factor()).to.equal(ONE);
        await as(usd).redeem(1_000n * SCALE, 0, user);
        await as(dai).mint(1n, 0, user);
        await expectWhole(state, pegs);
      });
    }

    it("frozen and off its peg: it is impaired until both are over", async () => {
      const { usd, token, books } = await loadFixture(fixture);
      await token.setPaused(true);
      await setPrice(usd, 9_000n);
      await usd.facility.sync();
      expect(await usd.facility.condition()).to.deep.equal([true, true, (ONE * 9n) / 10n]);
      expect(await usd.facility.weight()).to.equal(0);
      await token.setPaused(false);
      await usd.facility.sync();
      expect(await books.impaired()).to.equal(1);
      expect(await usd.facility.weight()).to.equal((ONE * 9n) / 10n);
      await token.setPaused(true);
      await usd.facility.sync();
      await setPrice(usd, 10_000n);
      await usd.facility.sync();
      expect(await books.impaired()).to.equal(1);
      await token.setPaused(false);
      await usd.facility.sync();
      expect(await books.impaired()).to.equal(0);
    });

    it("one that holds nothing does not freeze: there is nothing to move", async () => {
      const chain = await loadFixture(fixture);
      const token = await ethers.deployContract("IssuerToken", ["USD", 6]);
      const peg = await addPeg(chain, 6, {}, { token });
      await token.setPaused(true);
      await peg.facility.sync();
      expect(await peg.facility.status()).to.equal(LIVE);
    });

    it("V4: USDT, which blocks senders only, and destroys what it blocked", async () => {
      const chain = await loadFixture(fixture);
      const { user, as, vault, books } = chain;
      const usdt = await ethers.deployContract("UsdtToken");
      const peg = await addPeg(chain, 6, {}, { token: usdt });
      await fund(peg, user, vault);
      await as(peg).mint(MINTED, 0, user);
      await peg.facility.sync();
      expect(await peg.facility.status()).to.equal(LIVE);
      await usdt.setBlackListed(peg.facility, true);
      await peg.facility.sync();
      expect(await peg.facility.status()).to.equal(FROZEN);
      await usdt.destroyBlackFunds(peg.facility);
      await expect(peg.facility.sync()).to.emit(peg.facility, "LossBooked").withArgs(0, 0, MINTED);
      expect(await books.debtOf(peg.facility)).to.equal(0);
      expect(await books.buffer()).to.equal(-MINTED * SCALE);
      expect(await books.factor()).to.equal((2n * ONE) / 3n);
      await expectWhole(chain, [...chain.pegs, peg]);
      await books.remove(peg.facility);
    });

    it("V12: with less gas than the probe may use, nothing is judged", async () => {
      const { usd } = await loadFixture(fixture);
      await expect(usd.facility.sync.staticCall({ gasLimit: 220_000n })).to.be.revertedWithCustomError(
        usd.facility,
        "PeggedFacility_GasTooLow",
      );
      await usd.facility.sync({ gasLimit: 400_000n });
      expect(await usd.facility.status()).to.equal(LIVE);
    });

    it("V12: a token that burns its gas freezes too; nobody makes one seem so by bringing little [gas]", async () => {
      const { usd, token } = await loadFixture(fixture);
      // Almost all that a probe has, and a balance that costs as much as one behind a proxy.
      await token.setGas(180_000, 8_000);
      let accepted = 0;
      for (let gasLimit = 100_000n; gasLimit < 420_000n; gasLimit += 2_003n) {
        const snapshot = await ethers.provider.send("evm_snapshot", []);
        const sent = await usd.facility.sync({ gasLimit }).catch(() => undefined);
        if (sent && (await sent.wait().catch(() => undefined))) {
          accepted++;
          expect((await usd.facility.condition()).frozen, `${gasLimit}`).to.equal(false);
        }
        await ethers.provider.send("evm_revert", [snapshot]);
      }
      expect(accepted > 20).to.equal(true);
      await token.setGas(250_000, 0);
      await usd.facility.sync({ gasLimit: 1_000_000 });
      expect((await usd.facility.condition()).frozen).to.equal(true);
    });
  });

  describe("V8: a token with hooks", () => {
    async function hooked() {
      const chain = await deployPeggedChain();
      const [, , user] = await ethers.getSigners();
      const token = await ethers.deployContract("HookToken");
      const peg = await addPeg(chain, 18, { target: 10n ** 6n, kappa: 1_000n }, { token });
      const dai = await addPeg(chain, 18);
      await fund(dai, user, chain.vault);
      await dai.facility.connect(user).mint(10n ** 6n, 0, user);
      const attacker = await ethers.deployContract("Reentrant");
      const { facility } = peg;
      await token.mint(attacker, 10n ** 9n);
      const as = (data: string, to: { getAddress(): Promise<string> } = facility) =>
        to.getAddress().then((address) => attacker.act(address, 0, data));
      await as(token.interface.encodeFunctionData("approve", [await facility.getAddress(), 10n ** 9n]), token);
      const { interface: abi } = facility;
      await as(abi.encodeFunctionData("mint", [10n ** 6n, 0, await attacker.getAddress()]));
      const address = await attacker.getAddress();
      const entries: [string, string][] = [
        ["mint", abi.encodeFunctionData("mint", [10n, 0, address])],
        ["redeem", abi.encodeFunctionData("redeem", [10n, 0, address])],
        ["sync", abi.encodeFunctionData("sync")],
        ["bookFees", abi.encodeFunctionData("bookFees")],
      ];
      await as(abi.encodeFunctionData("redeem", [1_000n, 0, address]));
      return { ...chain, user, token, peg, dai, attacker, address, as, abi, entries, pegs: [peg, dai] };
    }

    it("re-enters no function that moves anything, from a mint or a redemption", async () => {
      const state = await loadFixture(hooked);
      const { peg, attacker, address, as, abi, entries } = state;
      const guard = abi.getError("ReentrancyGuardReentrantCall")!.selector;
      for (const outer of ["mint", "redeem"] as const) {
        for (const [name, data] of entries) {
          await attacker.arm(peg.facility, data);
          await as(abi.encodeFunctionData(outer as "mint", [5_000n, 0, address]));
          expect(await attacker.called(), `${outer}, ${name}`).to.equal(true);
          expect(await attacker.succeeded(), `${outer}, ${name}`).to.equal(false);
          expect(await attacker.answer(), `${outer}, ${name}`).to.equal(guard);
          await expectWhole(state, state.pegs);
        }
      }
    });

    it("sees whole books from within: debts, factor and previews are of before or of after", async () => {
      const state = await loadFixture(hooked);
      const { peg, books, attacker, address, as, abi } = state;
      // In the middle of a redemption the zUSD is burnt and the reserve lowered: the same redemption again costs more.
      await attacker.arm(books, books.interface.encodeFunctionData("factor"));
      await as(abi.encodeFunctionData("redeem", [5_000n, 0, address]));
      expect(await attacker.succeeded()).to.equal(true);
      expect(await books.factor()).to.equal(ONE);
      await attacker.arm(peg.facility, abi.encodeFunctionData("previewRedeem", [5_000n]));
      await as(abi.encodeFunctionData("redeem", [5_000n, 0, address]));
      expect(await attacker.succeeded()).to.equal(true);
      await expectWhole(state, state.pegs);
    });

    it("may use another facility from within: books and custody hold", async () => {
      const state = await loadFixture(hooked);
      const { dai, attacker, address, as, abi, zusd } = state;
      await attacker.arm(dai.facility, abi.encodeFunctionData("redeem", [1_000n, 0, address]));
      await as(abi.encodeFunctionData("redeem", [5_000n, 0, address]));
      expect(await attacker.succeeded()).to.equal(true);
      expect(await dai.token.balanceOf(attacker)).to.equal(999n);
      expect(await zusd.balanceOf(attacker)).to.equal(10n ** 6n - 1_000n - 6_000n);
      await expectWhole(state, state.pegs);
    });

    it("a donation from within a mint's hook is the minter's own", async () => {
      const state = await loadFixture(hooked);
      const { peg, token, attacker, address, as, abi, zusd } = state;
      await token.mint(attacker, 50n);
      const give = token.interface.encodeFunctionData("transfer", [await peg.facility.getAddress(), 50n]);
      const before = [await zusd.balanceOf(attacker), await token.balanceOf(attacker)];
      await attacker.arm(token, give);
      await as(abi.encodeFunctionData("mint", [1_000n, 0, address]));
      const gained = (await zusd.balanceOf(attacker)) - before[0];
      expect(before[1] - (await token.balanceOf(attacker))).to.equal(1_050);
      expect(gained <= 1_050n + (await peg.facility.pot()) + 1n).to.equal(true);
      await expectWhole(state, state.pegs);
    });
  });

  it("G6: a stopped facility is synced, redeemed and booked all the same", async () => {
    const { usd, token, user, as } = await loadFixture(fixture);
    await usd.facility.stopMinting();
    await token.take(usd.facility, 5);
    await usd.facility.sync();
    await as(usd).redeem(1_000n * SCALE, 0, user);
    await as(usd).bookFees();
    await usd.facility.setParameters(PARAMETERS);
  });
});
