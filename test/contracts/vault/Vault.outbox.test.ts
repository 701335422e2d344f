import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { PAYMENT_GAS } from "../../../protocol/spec";
import { outboxHash } from "../../../protocol/witness/hashes";
import { deployChain, depositRequest, impersonate, NATIVE } from "../../fixtures/contracts";

const BATCH = 1n;

interface TestPayment {
  token: number;
  recipient: string;
  amount: bigint;
}

/** Outbox hash by the reference's code, which knows payments of all chains. */
function hashOf(payments: readonly TestPayment[]): string {
  return outboxHash(payments.map((payment) => ({ ...payment, chain: 1 })));
}

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
    const enqueue = (payments: readonly TestPayment[], batch = BATCH) =>
      chain.vault.connect(rollup).enqueueOutbox(batch, hashOf(payments));
    return { ...chain, token, user, stranger, rollupVoice: rollup, enqueue };
  }

  const three: TestPayment[] = [
    { token: 2, recipient: fresh(1), amount: 10n },
    { token: 1, recipient: fresh(2), amount: 20n },
    { token: 2, recipient: fresh(3), amount: 30n },
  ];

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
    expect(await vault.outboxOf(BATCH)).to.equal(hashOf(three));
    await vault.pay(BATCH, three.slice(0, 1), hashOf(three.slice(1)));
    expect(await vault.outboxOf(BATCH)).to.equal(hashOf(three.slice(1)));
    await expect(vault.pay(BATCH, three.slice(0, 1), hashOf(three.slice(1)))).to.be.revertedWithCustomError(
      vault,
      "Vault_WrongOutbox",
    );
    await vault.pay(BATCH, three.slice(1), ZeroHash);
    await expect(vault.pay(BATCH, three.slice(1), ZeroHash))
      .to.be.revertedWithCustomError(vault, "Vault_WrongOutbox")
      .withArgs(BATCH, ZeroHash, hashOf(three.slice(1)));
  });

  it("C17: refuses payments omitted, duplicated, reordered, altered or of another batch", async () => {
    const { vault, enqueue } = await loadFixture(fixture);
    await enqueue(three);
    await enqueue(three.slice(1), 2n);
    const [a, b, c] = three;
    const wrong: TestPayment[][] = [
      [a, c],
      [b, c],
      [a, a, b, c],
      [b, a, c],
      [{ ...a, amount: 11n }, b, c],
      [{ ...a, token: 1 }, b, c],
      [{ ...a, recipient: fresh(9) }, b, c],
    ];
    for (const payments of wrong) {
      await expect(vault.pay(BATCH, payments, ZeroHash)).to.be.revertedWithCustomError(vault, "Vault_WrongOutbox");
    }
    await expect(vault.pay(2n, three, ZeroHash)).to.be.revertedWithCustomError(vault, "Vault_WrongOutbox");
    await expect(vault.pay(3n, three, ZeroHash)).to.be.revertedWithCustomError(vault, "Vault_WrongOutbox");
    await expect(vault.pay(BATCH, [], hashOf(three))).to.be.revertedWithCustomError(vault, "Vault_NoPayments");
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
      { token: 3, recipient: fresh(1), amount: 0n },
      { token: 2, recipient: fresh(2), amount: 2n ** 128n - 1n },
      { token: 1, recipient: fresh(3), amount: 2n ** 128n - 1n },
      { token: 2, recipient: fresh(4), amount: 1n },
    ];
    await enqueue(payments);
    const paying = vault.pay(BATCH, payments, ZeroHash);
    await expect(paying).to.emit(vault, "PaymentMade").withArgs(BATCH, fresh(1), 3, 0);
    await expect(paying)
      .to.emit(vault, "PaymentDeferred")
      .withArgs(BATCH, fresh(2), 2, 2n ** 128n - 1n);
    await expect(paying)
      .to.emit(vault, "PaymentDeferred")
      .withArgs(BATCH, fresh(3), 1, 2n ** 128n - 1n);
    await expect(paying).to.emit(vault, "PaymentMade").withArgs(BATCH, fresh(4), 2, 1);
    await expect(vault.claimFor(fresh(2), 2)).to.be.revertedWithCustomError(vault, "Vault_TransferFailed");
  });

  it("V2: delisted tokens still leave; a number that no token has is kept as a claim", async () => {
    const { vault, tokens, token, enqueue } = await loadFixture(fixture);
    await tokens.delist(2);
    const payments = [
      { token: 2, recipient: fresh(1), amount: 5n },
      { token: 77, recipient: fresh(1), amount: 5n },
    ];
    await enqueue(payments);
    await vault.pay(BATCH, payments, ZeroHash);
    expect(await token.balanceOf(fresh(1))).to.equal(5);
    expect(await vault.claimable(fresh(1), 77)).to.equal(5);
    await expect(vault.claimFor(fresh(1), 77))
      .to.be.revertedWithCustomError(vault, "Vault_TransferFailed")
      .withArgs(ZeroAddress, fresh(1));
  });

  it("V3: a token whose code is gone is not paid silently", async () => {
    const { vault, token, enqueue } = await loadFixture(fixture);
    await enqueue(three);
    await ethers.provider.send("hardhat_setCode", [await token.getAddress(), "0x"]);
    await vault.pay(BATCH, three, ZeroHash);
    expect(await vault.claimable(fresh(1), 2)).to.equal(10);
    expect(await vault.claimable(fresh(2), 1)).to.equal(0);
    await expect(vault.claimFor(fresh(1), 2)).to.be.revertedWithCustomError(vault, "Vault_TransferFailed");
  });

  describe("R8, V12: a poisonous recipient is bounded and the others are paid", () => {
    for (const [mood, name] of ["reverts", "burns its gas", "reverts with 100 kB"].entries()) {
      it(name, async () => {
        const { vault, enqueue } = await loadFixture(fixture);
        const moods = [1, 2, 4];
        const bad = await ethers.deployContract("MockRecipient", [moods[mood]]);
        const payments = [
          { token: 1, recipient: fresh(1), amount: 1n },
          { token: 1, recipient: await bad.getAddress(), amount: 2n },
          { token: 1, recipient: fresh(2), amount: 3n },
        ];
        await enqueue(payments);
        const receipt = await (await vault.pay(BATCH, payments, ZeroHash)).wait();
        expect(receipt!.gasUsed).to.be.below(PAYMENT_GAS + 250_000);
        expect(await ethers.provider.getBalance(fresh(1))).to.equal(1);
        expect(await ethers.provider.getBalance(fresh(2))).to.equal(3);
        expect(await vault.claimable(bad, 1)).to.equal(2);
        // It stays claimable until the recipient behaves.
        await expect(vault.claimFor(bad, 1, { gasLimit: 500_000 })).to.be.revertedWithCustomError(
          vault,
          "Vault_TransferFailed",
        );
        await bad.setMood(0);
        await expect(vault.claimFor(bad, 1)).to.changeEtherBalances([vault, bad], [-2, 2]);
      });
    }

    it("answers with 100 kB: paid, and not copied", async () => {
      const { vault, enqueue } = await loadFixture(fixture);
      const long = await ethers.deployContract("MockRecipient", [3]);
      const payments = [{ token: 1, recipient: await long.getAddress(), amount: 2n }];
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
        const payments = [
          { token: 3, recipient: fresh(1), amount: 7n },
          { token: 2, recipient: fresh(2), amount: 1n },
        ];
        const batch = BigInt(i + 1);
        await enqueue(payments, batch);
        const receipt = await (await vault.pay(batch, payments, ZeroHash)).wait();
        expect(receipt!.gasUsed).to.be.below(PAYMENT_GAS + 200_000);
        // No answer of a false, short or missing kind is a success.
        expect(await vault.claimable(fresh(1), 3)).to.equal(7 * (i + 1));
      }
    });
  });

  it("V12: nobody makes a payment fail by bringing little gas", async () => {
    const { vault, enqueue } = await loadFixture(fixture);
    const payments = [{ token: 1, recipient: fresh(1), amount: 5n }];
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
    await expect(vault.pay(BATCH, payments, ZeroHash)).to.emit(vault, "PaymentMade");
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
      const payments = [
        { token: 3, recipient: user.address, amount: 60n },
        { token: 2, recipient: fresh(1), amount: 1n },
      ];
      await enqueue(payments);
      await expect(vault.pay(BATCH, payments, ZeroHash))
        .to.emit(vault, "PaymentDeferred")
        .withArgs(BATCH, user.address, 3, 60);
      expect(await token.balanceOf(fresh(1))).to.equal(1);

      await blocklist.setPaused(true);
      await expect(vault.connect(user).claim(3, fresh(5))).to.be.revertedWithCustomError(vault, "Vault_TransferFailed");
      expect(await vault.claimable(user, 3)).to.equal(60);
      await blocklist.setPaused(false);
      await expect(vault.claimFor(user, 3)).to.be.revertedWithCustomError(vault, "Vault_TransferFailed");
      await expect(vault.connect(user).claim(3, fresh(5)))
        .to.emit(vault, "Claimed")
        .withArgs(user.address, 3, fresh(5), 60);
      expect(await blocklist.balanceOf(fresh(5))).to.equal(60);
      await expect(vault.connect(user).claim(3, fresh(5)))
        .to.be.revertedWithCustomError(vault, "Vault_NothingToClaim")
        .withArgs(user.address, 3);
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
        const payments = [{ token: 3, recipient: user.address, amount: 10n * batch }];
        await enqueue(payments, batch);
        await vault.pay(batch, payments, ZeroHash);
      }
      expect(await vault.claimable(user, 3)).to.equal(30);
      await blocklist.setPaused(false);
      await expect(vault.connect(stranger).claim(3, stranger)).to.be.revertedWithCustomError(
        vault,
        "Vault_NothingToClaim",
      );
      await expect(vault.connect(user).claim(3, ZeroAddress)).to.be.revertedWithCustomError(
        vault,
        "Vault_ZeroRecipient",
      );
      await expect(vault.connect(stranger).claimFor(user, 3)).to.changeTokenBalances(
        blocklist,
        [vault, user],
        [-30, 30],
      );
      await expect(vault.claimFor(user, 3)).to.be.revertedWithCustomError(vault, "Vault_NothingToClaim");
    });
  });

  it("has no way to take native coin but deposits", async () => {
    const { vault, stranger } = await loadFixture(fixture);
    await expect(stranger.sendTransaction({ to: vault, value: 1 })).to.be.reverted;
    await expect(stranger.sendTransaction({ to: vault, data: "0x12345678" })).to.be.reverted;
  });
});
