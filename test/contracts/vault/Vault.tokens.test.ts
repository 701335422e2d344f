import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { type AddressLike, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { DepositWord0, tokenId, unpack } from "../../../protocol/spec";
import { outboxHash } from "../../../protocol/witness/hashes";
import { deployChain, depositRequest, impersonate, NATIVE, payment, PRIMARY, queueOf } from "../../fixtures/contracts";

/** A token that a test deposits and pays out. */
interface Token {
  mint(to: AddressLike, amount: bigint): Promise<unknown>;
  approve(spender: AddressLike, amount: bigint): Promise<unknown>;
  getAddress(): Promise<string>;
}

const RECIPIENT = "0x00000000000000000000000000000000000B0b01";

describe("Vault with odd tokens", () => {
  async function fixture() {
    const chain = await deployChain();
    const { admin, vault } = chain;
    const rollup = await impersonate(await chain.rollup.getAddress());

    const lastId = async () => tokenId(PRIMARY, Number(await chain.tokens.count()));
    /** Lists a token, gives the depositor, `admin`, a million of it, and returns its token id. */
    const list = async (token: Token) => {
      await chain.tokens.list(token);
      await token.mint(admin, 1_000_000n);
      await token.approve(vault, 1_000_000n);
      return lastId();
    };
    const deposit = async (token: Token, amount: bigint) =>
      vault.deposit(depositRequest({ token: await token.getAddress(), amount }));
    const lastCredit = async () => unpack(DepositWord0, (await queueOf(chain)).at(-1)![0]).amount;
    /** Orders a payment and makes it. */
    const payOut = async (batch: bigint, token: number, amount: bigint, recipient = RECIPIENT) => {
      const payments = [payment(token, recipient, amount)];
      await vault.connect(rollup).enqueueOutbox(batch, outboxHash(payments));
      return vault.pay(batch, payments, ZeroHash);
    };
    return { ...chain, lastId, list, deposit, lastCredit, payOut };
  }

  it("V1: credits what arrives of a token that takes a fee", async () => {
    const { vault, list, deposit, lastCredit } = await loadFixture(fixture);
    const token = await ethers.deployContract("FeeToken");
    await list(token);
    await deposit(token, 1000n);
    expect(await lastCredit()).to.equal(990);
    expect(await token.balanceOf(vault)).to.equal(990);
  });

  it("V1: refuses a deposit of which nothing arrives", async () => {
    const { vault, list, deposit } = await loadFixture(fixture);
    const token = await ethers.deployContract("FeeToken");
    await list(token);
    await token.setFeePercent(100);
    await expect(deposit(token, 1000n)).to.be.revertedWithCustomError(vault, "Requests_AmountOutOfRange").withArgs(0);
  });

  it("refuses a token that shrinks the vault's balance", async () => {
    const { vault, list, deposit } = await loadFixture(fixture);
    const token = await ethers.deployContract("ShrinkingToken");
    await list(token);
    await token.mint(vault, 10n);
    await expect(deposit(token, 1000n)).to.be.revertedWithCustomError(vault, "Vault_BalanceFell").withArgs(token);
  });

  it("V4: takes and pays a token without return values", async () => {
    const { vault, list, deposit, lastCredit, payOut } = await loadFixture(fixture);
    const token = await ethers.deployContract("NoReturnToken");
    const id = await list(token);
    await deposit(token, 1000n);
    expect(await lastCredit()).to.equal(1000);
    await expect(payOut(1n, id, 400n)).to.emit(vault, "PaymentMade");
    expect(await token.balanceOf(RECIPIENT)).to.equal(400);
    expect(await token.balanceOf(vault)).to.equal(600);
  });

  it("V4: a token that returns false is no silent success, in or out", async () => {
    const { vault, list, deposit, payOut } = await loadFixture(fixture);
    const token = await ethers.deployContract("FalseToken");
    const id = await list(token);
    await expect(deposit(token, 1000n))
      .to.be.revertedWithCustomError(vault, "SafeERC20FailedOperation")
      .withArgs(token);
    await token.setFails(false);
    await deposit(token, 1000n);
    await token.setFails(true);
    await expect(payOut(1n, id, 400n)).to.emit(vault, "PaymentDeferred");
    await expect(vault.claimFor(RECIPIENT, id))
      .to.be.revertedWithCustomError(vault, "Vault_TransferFailed")
      .withArgs(token, RECIPIENT);
    await token.setFails(false);
    await vault.claimFor(RECIPIENT, id);
    expect(await token.balanceOf(RECIPIENT)).to.equal(400);
  });

  it("V5: a paused token refuses deposits and defers payments", async () => {
    const { vault, list, deposit, payOut } = await loadFixture(fixture);
    const token = await ethers.deployContract("BlocklistToken");
    const id = await list(token);
    await deposit(token, 1000n);
    await token.setPaused(true);
    await expect(deposit(token, 1n)).to.be.revertedWithCustomError(token, "Paused");
    await expect(payOut(1n, id, 400n)).to.emit(vault, "PaymentDeferred");
    await token.setPaused(false);
    await vault.claimFor(RECIPIENT, id);
    expect(await token.balanceOf(RECIPIENT)).to.equal(400);
  });

  it("V6: the vault itself blocked by one issuer: that token waits, the others work", async () => {
    const { vault, list, deposit, payOut } = await loadFixture(fixture);
    const blocked = await ethers.deployContract("BlocklistToken");
    const plain = await ethers.deployContract("MockToken", ["OK", 18]);
    const [blockedId, plainId] = [await list(blocked), await list(plain)];
    await deposit(blocked, 100n);
    await deposit(plain, 100n);
    await blocked.setBlocked(vault, true);
    await expect(payOut(1n, blockedId, 60n)).to.emit(vault, "PaymentDeferred");
    await expect(payOut(2n, plainId, 60n)).to.emit(vault, "PaymentMade");
    await expect(deposit(plain, 1n)).to.emit(vault, "RequestQueued");
  });

  it("V9: amounts go round in the token's own units, whatever its decimals", async () => {
    const { list, deposit, lastCredit, payOut } = await loadFixture(fixture);
    for (const [i, decimals] of [0, 6, 8, 18, 24].entries()) {
      const token = await ethers.deployContract("MockToken", ["T", decimals]);
      const id = await list(token);
      await deposit(token, 1234n);
      await token.setDecimals(1);
      expect(await lastCredit()).to.equal(1234);
      await payOut(BigInt(i + 1), id, 1234n);
      expect(await token.balanceOf(RECIPIENT)).to.equal(1234);
    }
  });

  it("V7: a donation is credited to nobody", async () => {
    const { vault, list, deposit, lastCredit } = await loadFixture(fixture);
    const token = await ethers.deployContract("MockToken", ["T", 18]);
    await list(token);
    await token.transfer(vault, 500n);
    await deposit(token, 100n);
    expect(await lastCredit()).to.equal(100);
  });

  describe("V8: hooks that re-enter are refused across all entry points", () => {
    async function hooked() {
      const base = await fixture();
      const token = await ethers.deployContract("HookToken");
      const id = await base.list(token);
      await base.tokens.list(NATIVE);
      const attacker = await ethers.deployContract("Reentrant");
      const { vault } = base;
      const nativeId = await base.lastId();
      await base.deposit(token, 1000n);
      await vault.deposit(depositRequest({ amount: 1000n }), { value: 1000n });
      const address = await attacker.getAddress();
      const entries: [string, string][] = [
        ["deposit", vault.interface.encodeFunctionData("deposit", [depositRequest({ amount: 0n })])],
        ["pay", vault.interface.encodeFunctionData("pay", [9n, [payment(id, address, 1n)], ZeroHash])],
        ["claim", vault.interface.encodeFunctionData("claim", [id, RECIPIENT])],
        ["claimFor", vault.interface.encodeFunctionData("claimFor", [address, id])],
      ];
      return { ...base, token, id, nativeId, attacker, entries };
    }

    async function expectRefused({ attacker, vault }: Awaited<ReturnType<typeof hooked>>, name: string) {
      expect(await attacker.called(), name).to.equal(true);
      expect(await attacker.succeeded(), name).to.equal(false);
      const error = vault.interface.getError("ReentrancyGuardReentrantCall")!.selector;
      expect(await attacker.answer(), name).to.equal(error);
    }

    it("from a token's deposit", async () => {
      const state = await loadFixture(hooked);
      const { vault, token, attacker, entries } = state;
      await token.mint(attacker, 1000n);
      await attacker.act(token, 0, token.interface.encodeFunctionData("approve", [vault.target, 1000n]));
      const request = depositRequest({ token: await token.getAddress(), amount: 10n });
      for (const [name, data] of entries) {
        await attacker.arm(vault, data);
        await attacker.act(vault, 0, vault.interface.encodeFunctionData("deposit", [request]));
        await expectRefused(state, name);
      }
      expect(await token.balanceOf(vault)).to.equal(1040);
    });

    it("from a payment of a token, and of native coin", async () => {
      const state = await loadFixture(hooked);
      const { vault, id, nativeId, attacker, entries, payOut } = state;
      let batch = 0n;
      for (const token of [id, nativeId]) {
        for (const [name, data] of entries) {
          await attacker.arm(vault, data);
          await expect(payOut(++batch, token, 5n, await attacker.getAddress()), name).to.emit(vault, "PaymentMade");
          await expectRefused(state, name);
        }
      }
    });

    it("from a claim: it is paid once", async () => {
      const state = await loadFixture(hooked);
      const { vault, token, id, nativeId, attacker, entries, payOut } = state;
      const address = await attacker.getAddress();
      const code = await ethers.provider.getCode(address);
      for (const kind of [id, nativeId]) {
        for (const [i, [name, data]] of entries.entries()) {
          // While its code reverts it cannot receive native coin; while the token's is gone, no tokens.
          const broken = kind === id ? await token.getAddress() : address;
          const restore = kind === id ? await ethers.provider.getCode(broken) : code;
          await ethers.provider.send("hardhat_setCode", [broken, "0x5f5ffd"]);
          await payOut(BigInt(100 * kind + i), kind, 7n, address);
          await ethers.provider.send("hardhat_setCode", [broken, restore]);
          expect(await vault.claimable(attacker, kind)).to.equal(7);
          await attacker.arm(vault, data);
          await expect(vault.claimFor(attacker, kind), name).to.emit(vault, "Claimed");
          await expectRefused(state, name);
          expect(await vault.claimable(attacker, kind)).to.equal(0);
        }
      }
    });
  });
});
