import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { packAmount, tokenId, ZUSD } from "../../../protocol/spec";
import type { Payment } from "../../../protocol/state";
import { outboxHash } from "../../../protocol/witness/hashes";
import { deployChain, depositRequest, NATIVE, payment, PRIMARY } from "../../fixtures/contracts";

const [ETH, USD] = [tokenId(PRIMARY, 1), tokenId(PRIMARY, 2)];
const HOUR = 3600n;
const DAY = 24n * HOUR;
const LIMIT = 86_400n;
const HELD = 10n ** 6n;
const VICTIM = ethers.getAddress(ethers.toBeHex(0xdead00, 20));
const fresh = (i: number): string => ethers.getAddress(ethers.toBeHex(0xabd0000 + i, 20));

describe("Vault outflow", () => {
  /** A vault with a million of the native coin and of dollars, of which as much leaves in a second as a second has units. */
  async function fixture() {
    const { access, tokens } = await deployChain();
    const vault = await ethers.deployContract("Vault", [access, tokens, PRIMARY, 16]);
    const rollup = await ethers.deployContract("MockRollup", [vault]);
    await vault.bindRollup(rollup);
    const [admin, , stranger, governor] = await ethers.getSigners();
    const token = await ethers.deployContract("MockToken", ["USD", 6]);
    await tokens.list(NATIVE);
    await tokens.list(token);
    await token.mint(admin, HELD);
    await token.approve(vault, HELD);
    await vault.deposit(depositRequest({ token: await token.getAddress(), amount: HELD }));
    await vault.deposit(depositRequest({ amount: HELD }), { value: HELD });
    await vault.setOutflowLimit(USD, LIMIT);
    /** A batch's payments, all tried at once. */
    const pay = async (payments: readonly Payment[], batch = 1n) => {
      await rollup.enqueueOutbox(batch, outboxHash(payments));
      return vault.connect(stranger).pay(batch, [...payments], ZeroHash);
    };
    /** The governor announces at once that these of batch 1 are paid to the victim; what it answers does it when the timelock is over. */
    const announceRedirection = async (recipients: readonly string[]) => {
      await access.grantRole(await access.ADMIN_ROLE(), governor, 30n * DAY);
      const calls = recipients.map((recipient) =>
        vault.interface.encodeFunctionData("redirectPayment", [1n, recipient, USD, VICTIM]),
      );
      const asGovernor = access.connect(governor);
      for (const call of calls) await asGovernor.schedule(vault, call, 0);
      const announced = await now();
      return async () => {
        await time.increaseTo(announced + 30n * DAY - 60n);
        await expect(asGovernor.execute(vault, calls[0])).to.be.revertedWithCustomError(
          access,
          "AccessManagerNotReady",
        );
        await time.increaseTo(announced + 30n * DAY);
        for (const call of calls) await asGovernor.execute(vault, call);
      };
    };
    return {
      token,
      rollup,
      stranger,
      pay,
      announceRedirection,
      vault: vault.connect(stranger),
      asAdmin: vault.connect(admin),
    };
  }

  /** Runs in a block of exactly this time. */
  const at = async <T>(timestamp: bigint, run: () => Promise<T>): Promise<T> => {
    await time.setNextBlockTimestamp(timestamp);
    return run();
  };
  const now = async () => BigInt(await time.latest());

  it("pays up to the limit at once; what does not fit is delayed whole, and smaller payments after it are made", async () => {
    const { vault, token, pay, asAdmin } = await loadFixture(fixture);
    await expect(asAdmin.setOutflowLimit(ETH, 1n)).to.emit(vault, "OutflowLimitSet").withArgs(ETH, 1n);
    const paying = pay([payment(USD, fresh(1), LIMIT - 40n), payment(USD, fresh(2), 41n), payment(USD, fresh(3), 40n)]);
    await expect(paying)
      .to.emit(vault, "PaymentDelayed")
      .withArgs(1n, fresh(2), USD, 41n)
      .and.not.to.emit(vault, "PaymentDeferred");
    const balances = await Promise.all([1, 2, 3].map((i) => token.balanceOf(fresh(i))));
    expect(balances).to.deep.equal([LIMIT - 40n, 0n, 40n]);
    expect(await vault.outflowOf(USD)).to.deep.equal([LIMIT, 0n]);
    expect(await vault.delayedOf(1n, fresh(2), USD)).to.equal(41n);
    expect(await vault.outboxOf(1n)).to.equal(ZeroHash);
  });

  it("counts a single unit, which is paid at once", async () => {
    const { vault, pay } = await loadFixture(fixture);
    await expect(pay([payment(USD, fresh(1), 1n)]))
      .to.emit(vault, "PaymentMade")
      .withArgs(1n, fresh(1), USD, 1n);
    expect(await vault.outflowOf(USD)).to.deep.equal([LIMIT, LIMIT - 1n]);
  });

  it("a token without a limit is paid without one, and a limit is taken away", async () => {
    const { vault, token, pay, asAdmin } = await loadFixture(fixture);
    await expect(pay([payment(ETH, fresh(1), HELD)])).to.changeEtherBalance(fresh(1), HELD);
    expect(await vault.outflowOf(ETH)).to.deep.equal([0n, ethers.MaxUint256]);
    await pay([payment(USD, fresh(2), HELD)], 2n);
    expect(await token.balanceOf(fresh(2))).to.equal(0n);
    await asAdmin.setOutflowLimit(USD, 0n);
    await vault.payDelayed(2n, fresh(2), USD);
    expect(await token.balanceOf(fresh(2))).to.equal(HELD);
  });

  it("V13: what is delayed is paid by anyone, in parts, to the unit, and nothing is lost", async () => {
    const { vault, token, pay } = await loadFixture(fixture);
    await pay([payment(USD, fresh(1), LIMIT)]);
    const start = await now();
    const amount = LIMIT + 5n;
    await pay([payment(USD, fresh(2), amount)], 2n);
    expect(await token.balanceOf(fresh(2))).to.equal(0n);
    await expect(at(start + 2n * HOUR, () => vault.payDelayed(2n, fresh(2), USD)))
      .to.emit(vault, "PaymentMade")
      .withArgs(2n, fresh(2), USD, 2n * HOUR);
    await expect(at(start + DAY, () => vault.payDelayed(2n, fresh(2), USD)))
      .to.emit(vault, "PaymentMade")
      .withArgs(2n, fresh(2), USD, DAY - 2n * HOUR);
    expect(await vault.delayedOf(2n, fresh(2), USD)).to.equal(5n);
    await time.increase(60);
    await vault.payDelayed(2n, fresh(2), USD);
    expect(await token.balanceOf(fresh(2))).to.equal(amount);
    await expect(vault.payDelayed(2n, fresh(2), USD))
      .to.be.revertedWithCustomError(vault, "Outflow_NotDelayed")
      .withArgs(2n, fresh(2), USD);
  });

  it("an empty bucket pays nothing, and a lower limit counts what left under the higher one", async () => {
    const { vault, pay, asAdmin } = await loadFixture(fixture);
    await pay([payment(USD, fresh(1), LIMIT), payment(USD, fresh(2), 9n)]);
    const start = await now();
    await at(start + 10n, () => asAdmin.setOutflowLimit(USD, LIMIT / 2n));
    expect(await vault.outflowOf(USD)).to.deep.equal([LIMIT / 2n, 0n]);
    await expect(vault.payDelayed(1n, fresh(2), USD)).to.be.revertedWithCustomError(vault, "Outflow_Spent");
    // 86,390 units were used, and fall by half a unit in a second: below the limit after more than 86,380 seconds.
    await time.increaseTo(start + 10n + 86_378n);
    await expect(vault.payDelayed(1n, fresh(2), USD)).to.be.revertedWithCustomError(vault, "Outflow_Spent");
    await at(start + 10n + 86_386n, () => vault.payDelayed(1n, fresh(2), USD));
    expect(await vault.delayedOf(1n, fresh(2), USD)).to.equal(6n);
  });

  it("V12: a payment that fails was let out: it is claimable, and claims are bounded by nothing more", async () => {
    const { vault, pay, asAdmin } = await loadFixture(fixture);
    const recipient = await ethers.deployContract("MockRecipient", [1]);
    await asAdmin.setOutflowLimit(ETH, 100n);
    await pay([payment(ETH, await recipient.getAddress(), 100n), payment(ETH, await recipient.getAddress(), 30n)]);
    expect(await vault.claimable(recipient, ETH)).to.equal(100n);
    expect((await vault.outflowOf(ETH))[1]).to.equal(0n);
    await time.increase(DAY);
    await expect(vault.payDelayed(1n, recipient, ETH))
      .to.emit(vault, "PaymentDeferred")
      .withArgs(1n, recipient, ETH, 30n);
    expect(await vault.claimable(recipient, ETH)).to.equal(130n);
    // What is claimable was let out before: it is not asked for again.
    await asAdmin.setOutflowLimit(ETH, 1n);
    await recipient.setMood(0);
    await expect(vault.claimFor(recipient, ETH)).to.changeEtherBalance(recipient, 130n);
  });

  it("delays zUSD, whatever it is to be redeemed into; then it is zUSD", async () => {
    const { vault, pay, asAdmin } = await loadFixture(fixture);
    await asAdmin.setOutflowLimit(ZUSD, 10n);
    const redeemed = { ...payment(ZUSD, fresh(1), 11n), into: 2, minOut: packAmount(3n) };
    await expect(pay([redeemed]))
      .to.emit(vault, "PaymentDelayed")
      .withArgs(1n, fresh(1), ZUSD, 11n);
    // This chain has no books: it stays claimable.
    await expect(vault.payDelayed(1n, fresh(1), ZUSD)).to.emit(vault, "PaymentDeferred");
    expect(await vault.claimable(fresh(1), ZUSD)).to.equal(10n);
    expect(await vault.delayedOf(1n, fresh(1), ZUSD)).to.equal(1n);
  });

  it("asks for the gas of a payment, so that no caller makes one fail", async () => {
    const { vault, pay } = await loadFixture(fixture);
    await pay([payment(USD, fresh(1), HELD)]);
    await expect(vault.payDelayed(1n, fresh(1), USD, { gasLimit: 150_000 })).to.be.revertedWithCustomError(
      vault,
      "Vault_GasTooLow",
    );
  });

  it("[gas] costs a payment at most 6,000 gas", async () => {
    const { pay, asAdmin } = await loadFixture(fixture);
    const cost = async (i: number) => (await (await pay([payment(USD, fresh(i), 1n)], BigInt(i))).wait())!.gasUsed;
    const bounded = await cost(1);
    await asAdmin.setOutflowLimit(USD, 0n);
    const free = await cost(2);
    expect(bounded - free)
      .to.be.greaterThan(0n)
      .and.at.most(6_000n);
  });

  it("X11: whoever forges all that a vault owes gets what the bucket lets out until the answer, and nothing after it", async () => {
    const { vault, token, pay, asAdmin, announceRedirection } = await loadFixture(fixture);
    // A batch on forged facts: all the vault holds, split over many, tried at once and again each hour.
    const parts = 50;
    const forged = Array.from({ length: parts }, (_, i) => payment(USD, fresh(i), HELD / BigInt(parts)));
    await pay(forged);
    const start = await now();
    const answer = 30n * HOUR;
    const tryAll = async () => {
      for (const { recipient } of forged) {
        const { limit, available } = await vault.outflowOf(USD);
        expect(limit).to.equal(LIMIT);
        if (available > 0n && (await vault.delayedOf(1n, recipient, USD)) > 0n)
          await vault.payDelayed(1n, recipient, USD);
      }
    };
    for (let hour = 1n; hour < 30n; hour++) {
      await time.increaseTo(start + hour * HOUR);
      await tryAll();
    }
    await time.increaseTo(start + answer - 60n);
    await tryAll();
    await at(start + answer, () => asAdmin.holdPayments(1n, 1n));
    const waiting: string[] = [];
    for (const { recipient } of forged) {
      if ((await vault.delayedOf(1n, recipient, USD)) > 0n) waiting.push(recipient);
    }
    const decided = await announceRedirection(waiting);
    const loss = HELD - (await token.balanceOf(vault));
    const bound = LIMIT + (LIMIT * answer) / DAY;
    expect(loss).to.be.at.most(bound);
    // Nor much less: it takes payments of a fiftieth each, and what the last minute refilled.
    expect(loss).to.be.at.least(bound - HELD / BigInt(parts));
    for (const recipient of waiting) {
      await expect(vault.payDelayed(1n, recipient, USD)).to.be.revertedWithCustomError(vault, "Outflow_Held");
    }
    expect(HELD - (await token.balanceOf(vault))).to.equal(loss);
    // The timelock of 30 days is over before the hold is: what was forged goes to whom it was taken from.
    await decided();
    const [, , until] = await vault.hold();
    await time.increaseTo(until + (DAY * HELD) / LIMIT);
    for (const { recipient } of forged) {
      await expect(vault.payDelayed(1n, recipient, USD)).to.be.revertedWithCustomError(vault, "Outflow_NotDelayed");
    }
    for (let i = 0n; (await vault.delayedOf(1n, VICTIM, USD)) > 0n; i++) {
      expect(i).to.be.at.most(HELD / LIMIT);
      await vault.payDelayed(1n, VICTIM, USD);
      await time.increase(DAY);
    }
    expect(await token.balanceOf(VICTIM)).to.equal(HELD - loss);
    expect(await token.balanceOf(vault)).to.equal(0n);
  });

  describe("G6: a hold", () => {
    it("G6: stops what is delayed of the named batches for 33 days, and nothing else", async () => {
      const { vault, token, pay, asAdmin } = await loadFixture(fixture);
      for (let i = 1; i <= 4; i++) await pay([payment(USD, fresh(i), LIMIT)], BigInt(i));
      await time.increase(DAY);
      const holding = await asAdmin.holdPayments(2n, 3n);
      const until = (await now()) + 33n * DAY;
      await expect(holding).to.emit(vault, "PaymentsHeld").withArgs(2n, 3n, until);
      expect(await vault.hold()).to.deep.equal([2n, 3n, until]);
      for (const batch of [2n, 3n]) {
        await expect(vault.payDelayed(batch, fresh(Number(batch)), USD))
          .to.be.revertedWithCustomError(vault, "Outflow_Held")
          .withArgs(batch, until);
      }
      // Another batch's, payments within the limit, requests and claims go on.
      await vault.payDelayed(4n, fresh(4), USD);
      expect(await token.balanceOf(fresh(4))).to.equal(LIMIT);
      await expect(pay([payment(ETH, fresh(5), 7n)], 5n)).to.changeEtherBalance(fresh(5), 7n);
      await vault.deposit(depositRequest(), { value: 1n });
      await at(until - 1n, () =>
        expect(vault.payDelayed(2n, fresh(2), USD)).to.be.revertedWithCustomError(vault, "Outflow_Held"),
      );
      await at(until, () => vault.payDelayed(2n, fresh(2), USD));
      expect(await token.balanceOf(fresh(2))).to.equal(LIMIT);
    });

    it("G6: cannot be renewed: 30 days lie between two, for whichever batches and whoever asks", async () => {
      const { vault, pay, asAdmin } = await loadFixture(fixture);
      await pay([payment(USD, fresh(1), HELD)], 11n);
      await asAdmin.holdPayments(1n, 9n);
      const [, , until] = await vault.hold();
      expect(until).to.equal((await now()) + (await vault.HOLD()));
      const earliest = until + (await vault.BETWEEN_HOLDS());
      expect([await vault.HOLD(), await vault.BETWEEN_HOLDS()]).to.deep.equal([33n * DAY, 30n * DAY]);
      for (const timestamp of [until - DAY, until, earliest - 1n]) {
        await at(timestamp, () =>
          expect(asAdmin.holdPayments(10n, 11n))
            .to.be.revertedWithCustomError(vault, "Outflow_HeldLately")
            .withArgs(earliest),
        );
      }
      await at(earliest, () => asAdmin.holdPayments(10n, 11n));
      expect(await vault.hold()).to.deep.equal([10n, 11n, earliest + 33n * DAY]);
    });

    it("G6: names batches that are there, tried or not, and none that is yet to come", async () => {
      const { vault, rollup, pay, asAdmin } = await loadFixture(fixture);
      const late = [payment(USD, fresh(1), HELD)];
      await pay(late, 4n);
      await rollup.enqueueOutbox(5n, outboxHash(late));
      for (const [first, last] of [
        [4n, 6n],
        [6n, 6n],
        [5n, 4n],
        [0n, 2n ** 64n - 1n],
      ]) {
        await expect(asAdmin.holdPayments(first, last))
          .to.be.revertedWithCustomError(vault, "Outflow_InvalidRange")
          .withArgs(first, last, 5n);
      }
      await asAdmin.holdPayments(4n, 5n);
      await vault.pay(5n, late, ZeroHash);
      await pay(late, 6n);
      await time.increase(DAY);
      for (const batch of [4n, 5n])
        await expect(vault.payDelayed(batch, fresh(1), USD)).to.be.revertedWithCustomError(vault, "Outflow_Held");
      await vault.payDelayed(6n, fresh(1), USD);
    });

    it("G6: only what is held is redirected, and only in the hold's last 3 days", async () => {
      const { vault, token, pay, asAdmin } = await loadFixture(fixture);
      await pay([payment(USD, fresh(1), HELD), payment(USD, fresh(2), HELD - 1n)], 1n);
      await pay([payment(USD, fresh(1), HELD - 2n)], 2n);
      await pay([payment(USD, fresh(1), HELD - 3n)], 3n);
      const redirect = (batch: bigint, from = fresh(1), to = fresh(9)) => asAdmin.redirectPayment(batch, from, USD, to);
      await expect(redirect(1n)).to.be.revertedWithCustomError(vault, "Outflow_NotHeld").withArgs(1n);
      await asAdmin.holdPayments(1n, 2n);
      const [, , until] = await vault.hold();
      const earliest = until - (await vault.DECISION());
      expect(earliest).to.equal(until - 3n * DAY);
      for (const timestamp of [earliest - 30n * DAY + 1n, earliest - 1n]) {
        await at(timestamp, () =>
          expect(redirect(1n)).to.be.revertedWithCustomError(vault, "Outflow_TooEarly").withArgs(earliest),
        );
      }
      await expect(at(earliest, () => redirect(1n)))
        .to.emit(vault, "PaymentRedirected")
        .withArgs(1n, fresh(1), USD, fresh(9), HELD)
        .and.to.emit(vault, "PaymentDelayed")
        .withArgs(1n, fresh(9), USD, HELD);
      await expect(redirect(1n)).to.be.revertedWithCustomError(vault, "Outflow_NotDelayed").withArgs(1n, fresh(1), USD);
      for (const nobody of [ethers.ZeroAddress, await vault.getAddress()]) {
        await expect(redirect(2n, fresh(1), nobody))
          .to.be.revertedWithCustomError(vault, "Outflow_InvalidRecipient")
          .withArgs(nobody);
      }
      await expect(redirect(3n)).to.be.revertedWithCustomError(vault, "Outflow_NotHeld").withArgs(3n);
      // To whom it goes waits for the end of the hold as it did; to himself changes nothing, to another adds up.
      await expect(vault.payDelayed(1n, fresh(9), USD)).to.be.revertedWithCustomError(vault, "Outflow_Held");
      await redirect(1n, fresh(2), fresh(2));
      expect(await vault.delayedOf(1n, fresh(2), USD)).to.equal(HELD - 1n);
      await redirect(1n, fresh(2));
      const owed = (batch: bigint, i: number) => vault.delayedOf(batch, fresh(i), USD);
      expect([await owed(1n, 1), await owed(1n, 2), await owed(1n, 9)]).to.deep.equal([0n, 0n, 2n * HELD - 1n]);
      expect([await owed(2n, 1), await owed(3n, 1)]).to.deep.equal([HELD - 2n, HELD - 3n]);
      await at(until - 1n, () => redirect(2n));
      await at(until, () =>
        expect(redirect(2n, fresh(9)))
          .to.be.revertedWithCustomError(vault, "Outflow_NotHeld")
          .withArgs(2n),
      );
      await vault.payDelayed(2n, fresh(9), USD);
      expect(await token.balanceOf(fresh(9))).to.equal(LIMIT);
    });

    it("redirects all that is delayed of one token, beyond 128 bits too, and no other token's", async () => {
      const { vault, pay, asAdmin } = await loadFixture(fixture);
      await asAdmin.setOutflowLimit(ETH, 1n);
      const most = 2n ** 128n - 1n;
      await pay([payment(USD, fresh(1), most), payment(USD, fresh(1), most), payment(ETH, fresh(1), 7n)]);
      await asAdmin.holdPayments(1n, 1n);
      await time.increase(30n * DAY);
      await expect(asAdmin.redirectPayment(1n, fresh(1), USD, fresh(2)))
        .to.emit(vault, "PaymentDelayed")
        .withArgs(1n, fresh(2), USD, 2n * most);
      expect(await vault.delayedOf(1n, fresh(2), USD)).to.equal(2n * most);
      expect(await vault.delayedOf(1n, fresh(1), ETH)).to.equal(7n);
    });
  });
});
