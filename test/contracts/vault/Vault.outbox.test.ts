import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { PAYMENT_GAS, tokenId, ZUSD } from "../../../protocol/spec";
import type { Payment } from "../../../protocol/state";
import { outboxHash } from "../../../protocol/witness/hashes";
import {
  deployChain,
  depositRequest,
  impersonate,
  NATIVE,
  payment,
  PRIMARY,
  SECONDARY,
} from "../../fixtures/contracts";

const BATCH = 1n;

/** Token ids of the vault's own tokens, by their local numbers. */
const [ONE, TWO, THREE] = [1, 2, 3].map((local) => tokenId(PRIMARY, local));

const fresh = (i: number): string => ethers.getAddress(ethers.toBeHex(0xabc0000 + i, 20));

describe("Vault outbox", () => {
  /** A vault with a million of token 1 (native) and token 2, and its rollup's own voice. */
  async function fixture() {
    const chain = await deployChain();
    const [admin, , user, stranger] = await ethers.getSigners();
    const token = await ethers.deployContract("MockToken", ["USD", 6]);
    await chain.tokens.list(NATIVE);
    await chain.tokens.list(token);
    await token.mint(admin, 1_000_000n);
    await token.approve(chain.vault, 1_000_000n);
    await chain.vault.deposit(depositRequest({ token: await token.getAddress(), amount: 1_000_000n }));
    await chain.vault.deposit(depositRequest({ amount: 1_000_000n }), { value: 1_000_000n });
    const rollup = await impersonate(await chain.rollup.getAddress());
    const enqueue = (payments: readonly Payment[], batch = BATCH) =>
      chain.vault.connect(rollup).enqueueOutbox(batch, outboxHash(payments));
    return { ...chain, token, user, stranger, rollupVoice: rollup, enqueue };
  }

  const three: Payment[] = [payment(TWO, fresh(1), 10n), payment(ONE, fresh(2), 20n), payment(TWO, fresh(3), 30n)];

  it("pays all at once; anyone may", async () => {
    const { vault, enqueue, token, stranger } = await loadFixture(fixture);
    await enqueue(three);
    const paying = vault.connect(stranger).pay(BATCH, three, ZeroHash);
    for (const { token: id, recipient, amount } of three) {
      await expect(paying).to.emit(vault, "PaymentMade").withArgs(BATCH, recipient, id, amount);
    }
    await expect(paying).to.changeTokenBalances(token, [vault, fresh(1), fresh(3)], [-40, 10, 30]);
    await expect(paying).to.changeEtherBalances([vault, fresh(2)], [-20, 20]);
    expect(await vault.outboxOf(BATCH)).to.equal(ZeroHash);
  });

  it("pays in parts, in order, each payment once", async () => {
    const { vault, enqueue } = await loadFixture(fixture);
    await enqueue(three);
    expect(await vault.outboxOf(BATCH)).to.equal(outboxHash(three));
    await vault.pay(BATCH, three.slice(0, 1), outboxHash(three.slice(1)));
    expect(await vault.outboxOf(BATCH)).to.equal(outboxHash(three.slice(1)));
    await expect(vault.pay(BATCH, three.slice(0, 1), outboxHash(three.slice(1)))).to.be.revertedWithCustomError(
      vault,
      "Vault_WrongOutbox",
    );
    await vault.pay(BATCH, three.slice(1), ZeroHash);
    await expect(vault.pay(BATCH, three.slice(1), ZeroHash))
      .to.be.revertedWithCustomError(vault, "Vault_WrongOutbox")
      .withArgs(BATCH, ZeroHash, outboxHash(three.slice(1)));
  });

  it("C17: refuses payments omitted, duplicated, reordered, altered or of another batch", async () => {
    const { vault, enqueue } = await loadFixture(fixture);
    await enqueue(three);
    await enqueue(three.slice(1), 2n);
    const [a, b, c] = three;
    const wrong: Payment[][] = [
      [a, c],
      [b, c],
      [a, a, b, c],
      [b, a, c],
      [{ ...a, amount: 11n }, b, c],
      [{ ...a, token: ONE }, b, c],
      [{ ...a, token: tokenId(SECONDARY, 2) }, b, c],
      [{ ...a, token: ZUSD }, b, c],
      [{ ...a, into: 1 }, b, c],
      [{ ...a, minOut: 1n }, b, c],
      [{ ...a, recipient: fresh(9) }, b, c],
    ];
    for (const payments of wrong) {
      await expect(vault.pay(BATCH, payments, ZeroHash)).to.be.revertedWithCustomError(vault, "Vault_WrongOutbox");
    }
    await expect(vault.pay(2n, three, ZeroHash)).to.be.revertedWithCustomError(vault, "Vault_WrongOutbox");
    await expect(vault.pay(3n, three, ZeroHash)).to.be.revertedWithCustomError(vault, "Vault_WrongOutbox");
    await expect(vault.pay(BATCH, [], outboxHash(three))).to.be.revertedWithCustomError(vault, "Vault_NoPayments");
    await expect(vault.pay(3n, [], ZeroHash)).to.be.revertedWithCustomError(vault, "Vault_NoPayments");
  });

  it("takes an outbox from the rollup only, one per batch", async () => {
    const { vault, enqueue, stranger, admin } = await loadFixture(fixture);
    for (const caller of [stranger, admin]) {
      await expect(vault.connect(caller).enqueueOutbox(BATCH, ethers.id("x")))
        .to.be.revertedWithCustomError(vault, "Vault_NotRollup")
        .withArgs(caller.address);
    }
    await enqueue(three);
    await expect(enqueue(three)).to.be.revertedWithCustomError(vault, "Vault_OutboxExists").withArgs(BATCH);
  });

  it("V10: pays nothing without a call, and more than it holds never", async () => {
    const { vault, tokens, enqueue } = await loadFixture(fixture);
    const zeroHater = await ethers.deployContract("FalseToken");
    await zeroHater.setFails(false);
    await tokens.list(zeroHater);
    const payments = [
      payment(THREE, fresh(1), 0n),
      payment(TWO, fresh(2), 2n ** 128n - 1n),
      payment(ONE, fresh(3), 2n ** 128n - 1n),
      payment(TWO, fresh(4), 1n),
    ];
    await enqueue(payments);
    const paying = vault.pay(BATCH, payments, ZeroHash);
    await expect(paying).to.emit(vault, "PaymentMade").withArgs(BATCH, fresh(1), THREE, 0);
    await expect(paying)
      .to.emit(vault, "PaymentDeferred")
      .withArgs(BATCH, fresh(2), TWO, 2n ** 128n - 1n);
    await expect(paying)
      .to.emit(vault, "PaymentDeferred")
      .withArgs(BATCH, fresh(3), ONE, 2n ** 128n - 1n);
    await expect(paying).to.emit(vault, "PaymentMade").withArgs(BATCH, fresh(4), TWO, 1);
    await expect(vault.claimFor(fresh(2), TWO)).to.be.revertedWithCustomError(vault, "Vault_TransferFailed");
  });

  it("V2: delisted tokens still leave; a number that no token has is kept as a claim", async () => {
    const { vault, tokens, token, enqueue } = await loadFixture(fixture);
    await tokens.delist(2);
    const payments = [payment(TWO, fresh(1), 5n), payment(tokenId(PRIMARY, 77), fresh(1), 5n)];
    await enqueue(payments);
    await vault.pay(BATCH, payments, ZeroHash);
    expect(await token.balanceOf(fresh(1))).to.equal(5);
    expect(await vault.claimable(fresh(1), tokenId(PRIMARY, 77))).to.equal(5);
    await expect(vault.claimFor(fresh(1), tokenId(PRIMARY, 77)))
      .to.be.revertedWithCustomError(vault, "Vault_TransferFailed")
      .withArgs(ZeroAddress, fresh(1));
  });

  it("V3: a token whose code is gone is not paid silently", async () => {
    const { vault, token, enqueue } = await loadFixture(fixture);
    await enqueue(three);
    await ethers.provider.send("hardhat_setCode", [await token.getAddress(), "0x"]);
    await vault.pay(BATCH, three, ZeroHash);
    expect(await vault.claimable(fresh(1), TWO)).to.equal(10);
    expect(await vault.claimable(fresh(2), ONE)).to.equal(0);
    await expect(vault.claimFor(fresh(1), TWO)).to.be.revertedWithCustomError(vault, "Vault_TransferFailed");
  });

  describe("R8, V12: a poisonous recipient is bounded and the others are paid", () => {
    for (const [mood, name] of ["reverts", "burns its gas", "reverts with 100 kB"].entries()) {
      it(name, async () => {
        const { vault, enqueue } = await loadFixture(fixture);
        const moods = [1, 2, 4];
        const bad = await ethers.deployContract("MockRecipient", [moods[mood]]);
        const payments = [
          payment(ONE, fresh(1), 1n),
          payment(ONE, await bad.getAddress(), 2n),
          payment(ONE, fresh(2), 3n),
        ];
        await enqueue(payments);
        const receipt = await (await vault.pay(BATCH, payments, ZeroHash)).wait();
        expect(receipt!.gasUsed).to.be.below(PAYMENT_GAS + 250_000);
        expect(await ethers.provider.getBalance(fresh(1))).to.equal(1);
        expect(await ethers.provider.getBalance(fresh(2))).to.equal(3);
        expect(await vault.claimable(bad, ONE)).to.equal(2);
        // It stays claimable until the recipient behaves.
        await expect(vault.claimFor(bad, ONE, { gasLimit: 500_000 })).to.be.revertedWithCustomError(
          vault,
          "Vault_TransferFailed",
        );
        await bad.setMood(0);
        await expect(vault.claimFor(bad, ONE)).to.changeEtherBalances([vault, bad], [-2, 2]);
      });
    }

    it("answers with 100 kB: paid, and not copied", async () => {
      const { vault, enqueue } = await loadFixture(fixture);
      const long = await ethers.deployContract("MockRecipient", [3]);
      const payments = [payment(ONE, await long.getAddress(), 2n)];
      await enqueue(payments);
      const receipt = await (await vault.pay(BATCH, payments, ZeroHash)).wait();
      expect(await ethers.provider.getBalance(long)).to.equal(2);
      // Copying 100 kB would cost 28,700 in the vault beyond what the recipient pays to build it.
      expect(receipt!.gasUsed).to.be.below(110_000);
    });

    it("a token that burns gas, answers with 100 kB or with two bytes", async () => {
      const { vault, tokens, enqueue } = await loadFixture(fixture);
      const rude = await ethers.deployContract("RudeToken");
      await tokens.list(rude);
      for (const [i, answer] of [0, 1, 2].entries()) {
        await rude.setAnswer(answer);
        const payments = [payment(THREE, fresh(1), 7n), payment(TWO, fresh(2), 1n)];
        const batch = BigInt(i + 1);
        await enqueue(payments, batch);
        const receipt = await (await vault.pay(batch, payments, ZeroHash)).wait();
        expect(receipt!.gasUsed).to.be.below(PAYMENT_GAS + 200_000);
        // No answer of a false, short or missing kind is a success.
        expect(await vault.claimable(fresh(1), THREE)).to.equal(7 * (i + 1));
      }
    });
  });

  it("V12: nobody makes a payment fail by bringing little gas", async () => {
    const { vault, enqueue } = await loadFixture(fixture);
    const payments = [payment(ONE, fresh(1), 5n)];
    await enqueue(payments);
    for (let gasLimit = 30_000n; gasLimit < 205_000n; gasLimit += 5_003n) {
      try {
        await vault.pay.staticCall(BATCH, payments, ZeroHash, { gasLimit });
      } catch {
        continue;
      }
      const snapshot = await ethers.provider.send("evm_snapshot", []);
      await expect(vault.pay(BATCH, payments, ZeroHash, { gasLimit })).to.emit(vault, "PaymentMade");
      await ethers.provider.send("evm_revert", [snapshot]);
    }
    await expect(vault.pay(BATCH, payments, ZeroHash, { gasLimit: 150_000n })).to.be.revertedWithCustomError(
      vault,
      "Vault_GasTooLow",
    );
    // A plain payment needs less than a redemption.
    await expect(vault.pay(BATCH, payments, ZeroHash, { gasLimit: 500_000n })).to.emit(vault, "PaymentMade");
  });

  describe("claims", () => {
    it("V5: a blocked recipient redirects its claim; a paused token waits", async () => {
      const { vault, tokens, user, admin, enqueue, token } = await loadFixture(fixture);
      const blocklist = await ethers.deployContract("BlocklistToken");
      await tokens.list(blocklist);
      await blocklist.mint(admin, 100n);
      await blocklist.approve(vault, 100n);
      await vault.deposit(depositRequest({ token: await blocklist.getAddress(), amount: 100n }));

      await blocklist.setBlocked(user, true);
      const payments = [payment(THREE, user.address, 60n), payment(TWO, fresh(1), 1n)];
      await enqueue(payments);
      await expect(vault.pay(BATCH, payments, ZeroHash))
        .to.emit(vault, "PaymentDeferred")
        .withArgs(BATCH, user.address, THREE, 60);
      expect(await token.balanceOf(fresh(1))).to.equal(1);

      await blocklist.setPaused(true);
      await expect(vault.connect(user).claim(THREE, fresh(5))).to.be.revertedWithCustomError(
        vault,
        "Vault_TransferFailed",
      );
      expect(await vault.claimable(user, THREE)).to.equal(60);
      await blocklist.setPaused(false);
      await expect(vault.claimFor(user, THREE)).to.be.revertedWithCustomError(vault, "Vault_TransferFailed");
      await expect(vault.connect(user).claim(THREE, fresh(5)))
        .to.emit(vault, "Claimed")
        .withArgs(user.address, THREE, fresh(5), 60);
      expect(await blocklist.balanceOf(fresh(5))).to.equal(60);
      await expect(vault.connect(user).claim(THREE, fresh(5)))
        .to.be.revertedWithCustomError(vault, "Vault_NothingToClaim")
        .withArgs(user.address, THREE);
    });

    it("add up, per recipient and token, and only the recipient redirects", async () => {
      const { vault, tokens, user, stranger, admin, enqueue } = await loadFixture(fixture);
      const blocklist = await ethers.deployContract("BlocklistToken");
      await tokens.list(blocklist);
      await blocklist.mint(admin, 100n);
      await blocklist.approve(vault, 100n);
      await vault.deposit(depositRequest({ token: await blocklist.getAddress(), amount: 100n }));
      await blocklist.setPaused(true);
      for (const batch of [1n, 2n]) {
        const payments = [payment(THREE, user.address, 10n * batch)];
        await enqueue(payments, batch);
        await vault.pay(batch, payments, ZeroHash);
      }
      expect(await vault.claimable(user, THREE)).to.equal(30);
      await blocklist.setPaused(false);
      await expect(vault.connect(stranger).claim(THREE, stranger)).to.be.revertedWithCustomError(
        vault,
        "Vault_NothingToClaim",
      );
      await expect(vault.connect(user).claim(THREE, ZeroAddress)).to.be.revertedWithCustomError(
        vault,
        "Vault_ZeroRecipient",
      );
      await expect(vault.connect(stranger).claimFor(user, THREE)).to.changeTokenBalances(
        blocklist,
        [vault, user],
        [-30, 30],
      );
      await expect(vault.claimFor(user, THREE)).to.be.revertedWithCustomError(vault, "Vault_NothingToClaim");
    });
  });

  it("has no way to take native coin but deposits", async () => {
    const { vault, stranger } = await loadFixture(fixture);
    await expect(stranger.sendTransaction({ to: vault, value: 1 })).to.be.reverted;
    await expect(stranger.sendTransaction({ to: vault, data: "0x12345678" })).to.be.reverted;
  });
});
