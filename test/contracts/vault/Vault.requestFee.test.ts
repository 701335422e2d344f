import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { parseEther } from "ethers";
import { ethers } from "hardhat";
import { feesToFill, REQUEST_FEE_STEP, REQUEST_FEE_UNIT, requestFee, ZUSD } from "../../../protocol/spec";
import { deployChain, depositRequest, impersonate, NATIVE, PRIMARY } from "../../fixtures/contracts";

const [BASE, GROWTH] = [3n, 1_000n];
const FEES = { base: BASE * REQUEST_FEE_UNIT, growth: GROWTH * REQUEST_FEE_UNIT };

describe("Vault's request fee", () => {
  async function fixture() {
    const chain = await deployChain();
    const [, , user, stranger] = await ethers.getSigners();
    await chain.tokens.list(NATIVE);
    await chain.vault.setRequestFee(BASE, GROWTH);
    const rollup = await impersonate(await chain.rollup.getAddress());
    const vault = chain.vault.connect(user);
    /** Queues requests, each at its fee. */
    const flood = async (count: number) => {
      for (let i = 0; i < count; i++) await vault.setKey(1, 0n, { value: await vault.requestFee() });
    };
    const uncollected = async () => (await vault.requestFees()).uncollected;
    return { ...chain, vault, asAdmin: chain.vault, user, stranger, rollup, flood, uncollected };
  }

  it("is nothing until it is set", async () => {
    const { vault } = await deployChain();
    expect(await vault.requestFee()).to.equal(0);
    await expect(vault.setKey(1, 0n)).to.changeEtherBalance(vault, 0);
  });

  it("is set with both its parts, and by the administration alone", async () => {
    const { vault, asAdmin, user, uncollected } = await loadFixture(fixture);
    await vault.setKey(1, 0n, { value: FEES.base });
    await expect(asAdmin.setRequestFee(2n ** 48n - 1n, 7))
      .to.emit(vault, "RequestFeeSet")
      .withArgs(2n ** 48n - 1n, 7);
    expect(await vault.requestFees()).to.deep.equal([2n ** 48n - 1n, 7n, FEES.base]);
    expect(await vault.requestFee()).to.equal((2n ** 48n - 1n) * REQUEST_FEE_UNIT);
    await expect(vault.setRequestFee(0, 0))
      .to.be.revertedWithCustomError(vault, "AccessManagedUnauthorized")
      .withArgs(user.address);
    expect(await uncollected()).to.equal(FEES.base);
  });

  it("V15: grows with the open requests as the model has it, and falls when a batch consumes them", async () => {
    const { vault, rollup, flood, uncollected } = await loadFixture(fixture);
    for (let open = 0; open < 3 * REQUEST_FEE_STEP + 2; open++) {
      expect(await vault.requestFee(), `${open} open`).to.equal(requestFee(FEES, open));
      await flood(1);
    }
    const count = 3 * REQUEST_FEE_STEP + 2;
    expect(await uncollected()).to.equal(feesToFill(FEES, count));
    expect(await ethers.provider.getBalance(vault)).to.equal(feesToFill(FEES, count));

    await vault.connect(rollup).consume(REQUEST_FEE_STEP + 3);
    expect(await vault.consumedCount()).to.equal(REQUEST_FEE_STEP + 3);
    expect(await vault.requestCount()).to.equal(count);
    expect(await vault.requestFee()).to.equal(FEES.base + FEES.growth);
    await vault.connect(rollup).consume(count - REQUEST_FEE_STEP - 3);
    expect(await vault.requestFee()).to.equal(FEES.base);
  });

  it("is told what was consumed by the rollup alone", async () => {
    const { vault, asAdmin, user, admin } = await loadFixture(fixture);
    for (const [caller, of] of [
      [user, vault],
      [admin, asAdmin],
    ] as const) {
      await expect(of.consume(1)).to.be.revertedWithCustomError(vault, "Vault_NotRollup").withArgs(caller.address);
    }
  });

  describe("of every kind of request", () => {
    it("V15: is due beyond the coin that a deposit brings, and no less", async () => {
      const { vault, user, uncollected } = await loadFixture(fixture);
      const due = 5n + FEES.base;
      for (const value of [0n, 5n, due - 1n]) {
        await expect(vault.deposit(depositRequest({ amount: 5n }), { value }))
          .to.be.revertedWithCustomError(vault, "RequestQueue_WrongValue")
          .withArgs(due, value);
      }
      await expect(vault.deposit(depositRequest({ amount: 5n }), { value: due })).to.changeEtherBalances(
        [user, vault],
        [-due, due],
      );
      expect(await uncollected()).to.equal(FEES.base);
    });

    it("V15: is due of a token's deposit, a key and an exit", async () => {
      const { vault, tokens, user, uncollected } = await loadFixture(fixture);
      const token = await ethers.deployContract("PermitToken");
      await tokens.list(token);
      await token.mint(user, 10n);
      await token.connect(user).approve(vault, 10n);
      const request = depositRequest({ token: await token.getAddress(), amount: 5n });
      const permit = { value: 0, deadline: 0, v: 0, r: ethers.ZeroHash, s: ethers.ZeroHash };
      const exit = { account: 1, cell: 1, token: ZUSD, payer: PRIMARY, recipient: user.address };
      const requests = [
        (value: bigint) => vault.deposit(request, { value }),
        (value: bigint) => vault.depositWithPermit(request, permit, { value }),
        (value: bigint) => vault.setKey(1, 0n, { value }),
        (value: bigint) => vault.exit(exit, { value }),
      ];
      for (const [i, send] of requests.entries()) {
        await expect(send(FEES.base - 1n))
          .to.be.revertedWithCustomError(vault, "RequestQueue_WrongValue")
          .withArgs(FEES.base, FEES.base - 1n);
        await expect(send(FEES.base)).to.changeEtherBalances([user, vault], [-FEES.base, FEES.base]);
        expect(await uncollected()).to.equal(BigInt(i + 1) * FEES.base);
      }
      expect(await token.balanceOf(vault)).to.equal(10);
    });
  });

  describe("what is sent beyond it", () => {
    it("comes back", async () => {
      const { vault, user, uncollected } = await loadFixture(fixture);
      const sending = vault.deposit(depositRequest({ amount: 5n }), { value: parseEther("1") });
      await expect(sending).to.changeEtherBalances([user, vault], [-5n - FEES.base, 5n + FEES.base]);
      expect(await uncollected()).to.equal(FEES.base);
    });

    it("undoes the request where the sender does not take it back", async () => {
      const { vault } = await loadFixture(fixture);
      const wallet = await ethers.deployContract("Reentrant");
      await wallet.arm(vault, "0x");
      const data = vault.interface.encodeFunctionData("setKey", [1, 0n]);
      await wallet.act(vault, FEES.base, data, { value: FEES.base });

      const deaf = await impersonate(await (await ethers.deployContract("MockDeafRecipient")).getAddress());
      await expect(vault.connect(deaf).setKey(1, 0n, { value: FEES.base + 7n }))
        .to.be.revertedWithCustomError(vault, "RequestQueue_RefundRefused")
        .withArgs(deaf.address, 7);
      await vault.connect(deaf).setKey(1, 0n, { value: FEES.base });
      expect(await vault.requestCount()).to.equal(2);
    });

    it("V8: lets its receiver queue another request, which costs as much as it would later, and no deposit", async () => {
      const { vault, uncollected } = await loadFixture(fixture);
      const wallet = await ethers.deployContract("Reentrant");
      const request = depositRequest({ amount: 0n });
      await wallet.arm(vault, vault.interface.encodeFunctionData("deposit", [request]));
      const setKey = vault.interface.encodeFunctionData("setKey", [1, 0n]);
      const deposit = vault.interface.encodeFunctionData("deposit", [depositRequest({ amount: 1n })]);
      await wallet.act(vault, FEES.base + 2n, deposit, { value: FEES.base + 2n });
      expect(await wallet.called()).to.equal(true);
      expect(await wallet.succeeded()).to.equal(false);
      expect(await wallet.answer()).to.equal(ethers.id("ReentrancyGuardReentrantCall()").slice(0, 10));

      // A call without value does not pay the fee.
      await wallet.arm(vault, setKey);
      await wallet.act(vault, FEES.base + 2n, setKey, { value: FEES.base + 2n });
      expect(await wallet.succeeded()).to.equal(false);
      expect(await wallet.answer()).to.equal(vault.interface.getError("RequestQueue_WrongValue")?.selector);
      expect(await vault.requestCount()).to.equal(2);
      expect(await uncollected()).to.equal(2n * FEES.base);
      expect(await ethers.provider.getBalance(vault)).to.equal(1n + 2n * FEES.base);
    });
  });

  describe("is collected", () => {
    it("by the administration, all of it and nothing of what users brought", async () => {
      const { vault, asAdmin, flood, user, stranger, uncollected } = await loadFixture(fixture);
      await flood(4);
      await vault.deposit(depositRequest({ amount: 1_000n }), { value: 1_000n + FEES.base });
      await expect(vault.collectRequestFees(user))
        .to.be.revertedWithCustomError(vault, "AccessManagedUnauthorized")
        .withArgs(user.address);
      const collecting = asAdmin.collectRequestFees(stranger);
      await expect(collecting).to.changeEtherBalances([stranger, vault], [5n * FEES.base, -5n * FEES.base]);
      await expect(collecting)
        .to.emit(vault, "RequestFeesCollected")
        .withArgs(stranger.address, 5n * FEES.base);
      expect(await uncollected()).to.equal(0);
      expect(await ethers.provider.getBalance(vault)).to.equal(1_000);
      expect(await vault.requestFees()).to.deep.equal([BASE, GROWTH, 0n]);
      expect(await vault.requestCount()).to.equal(5);
    });

    it("not where there is nothing, or the recipient refuses it: then it stays", async () => {
      const { vault, asAdmin, flood, stranger, uncollected } = await loadFixture(fixture);
      await expect(asAdmin.collectRequestFees(stranger))
        .to.be.revertedWithCustomError(vault, "RequestQueue_NotCollected")
        .withArgs(stranger.address, 0);
      await flood(1);
      const refusing = await ethers.deployContract("MockRecipient", [1]);
      await expect(asAdmin.collectRequestFees(refusing))
        .to.be.revertedWithCustomError(vault, "RequestQueue_NotCollected")
        .withArgs(refusing.target, FEES.base);
      expect(await uncollected()).to.equal(FEES.base);
    });
  });
});
