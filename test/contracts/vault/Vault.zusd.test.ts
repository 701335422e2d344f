import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { PaymentWord, field, mask, packAmount, tokenId, ZUSD } from "../../../protocol/spec";
import type { Payment } from "../../../protocol/state";
import { outboxHash } from "../../../protocol/witness/hashes";
import { deployChain, depositRequest, impersonate, NATIVE, payment, SECONDARY } from "../../fixtures/contracts";

const BATCH = 1n;
const PLENTY = 1_000_000n;

const fresh = (i: number): string => ethers.getAddress(ethers.toBeHex(0xabc0000 + i, 20));

describe("Vault payments of what the vault does not hold", () => {
  /** The vault of chain 2 with a million of its tokens 1 (native) and 2: no token id of another chain must reach them. */
  async function fixture() {
    const chain = await deployChain({ index: SECONDARY });
    const [admin, , user, stranger] = await ethers.getSigners();
    const token = await ethers.deployContract("MockToken", ["USD", 18]);
    await chain.tokens.list(NATIVE);
    await chain.tokens.list(token);
    await token.mint(admin, PLENTY);
    await token.approve(chain.vault, PLENTY);
    await chain.vault.deposit(depositRequest({ token: await token.getAddress(), amount: PLENTY }));
    await chain.vault.deposit(depositRequest({ amount: PLENTY }), { value: PLENTY });
    const rollup = await impersonate(await chain.rollup.getAddress());
    const order = async (payments: Payment[], batch = BATCH) => {
      await chain.vault.connect(rollup).enqueueOutbox(batch, outboxHash(payments));
      return chain.vault.pay(batch, payments, ZeroHash);
    };
    const expectUntouched = async (but = 0n) => {
      expect(await token.balanceOf(chain.vault)).to.equal(PLENTY - but);
      expect(await ethers.provider.getBalance(chain.vault)).to.equal(PLENTY - but);
    };
    return { ...chain, token, user, stranger, order, expectUntouched };
  }

  it("zUSD stays claimable, whatever it is to be redeemed into, and touches no other token", async () => {
    const { vault, user, stranger, order, expectUntouched } = await loadFixture(fixture);
    const payments = [
      payment(ZUSD, user.address, 10n),
      payment(ZUSD, user.address, 20n, { into: 1 }),
      payment(ZUSD, user.address, 30n, { into: 2, minOut: packAmount(29n) }),
      payment(ZUSD, stranger.address, 7n, { into: 1023, minOut: mask(40) }),
    ];
    const paying = order(payments);
    for (const { recipient, amount } of payments) {
      await expect(paying).to.emit(vault, "PaymentDeferred").withArgs(BATCH, recipient, ZUSD, amount);
    }
    await expect(paying).not.to.emit(vault, "PaymentMade");
    await expectUntouched();
    expect(await vault.outboxOf(BATCH)).to.equal(ZeroHash);

    const expectClaims = async () => {
      expect(await vault.claimable(user, ZUSD)).to.equal(60);
      expect(await vault.claimable(stranger, ZUSD)).to.equal(7);
      // Neither a claim of the vault's own tokens 1 and 2, nor of the numbers themselves.
      for (const other of [tokenId(SECONDARY, 1), tokenId(SECONDARY, 2), 2, 0]) {
        expect(await vault.claimable(user, other)).to.equal(0);
      }
    };
    await expectClaims();
    await expect(vault.claimFor(user, ZUSD))
      .to.be.revertedWithCustomError(vault, "Vault_TransferFailed")
      .withArgs(ZeroAddress, user.address);
    await expect(vault.connect(user).claim(ZUSD, fresh(1)))
      .to.be.revertedWithCustomError(vault, "Vault_TransferFailed")
      .withArgs(ZeroAddress, fresh(1));
    for (const own of [tokenId(SECONDARY, 1), tokenId(SECONDARY, 2)]) {
      await expect(vault.connect(user).claim(own, fresh(1))).to.be.revertedWithCustomError(
        vault,
        "Vault_NothingToClaim",
      );
    }
    await expectClaims();
    await expectUntouched();
  });

  it("claims of zUSD add up over batches", async () => {
    const { vault, user, order } = await loadFixture(fixture);
    for (const batch of [1n, 2n, 3n]) await order([payment(ZUSD, user.address, mask(128))], batch);
    expect(await vault.claimable(user, ZUSD)).to.equal(3n * mask(128));
  });

  it("a payment of no zUSD is made: there is nothing to claim", async () => {
    const { vault, user, order } = await loadFixture(fixture);
    await expect(order([payment(ZUSD, user.address, 0n)]))
      .to.emit(vault, "PaymentMade")
      .withArgs(BATCH, user.address, ZUSD, 0);
    await expect(vault.claimFor(user, ZUSD)).to.be.revertedWithCustomError(vault, "Vault_NothingToClaim");
  });

  it("R8: payments around it are made", async () => {
    const { vault, token, user, order, expectUntouched } = await loadFixture(fixture);
    const payments = [
      payment(tokenId(SECONDARY, 1), fresh(1), 5n),
      payment(ZUSD, user.address, 6n, { into: 2, minOut: 1n }),
      payment(tokenId(SECONDARY, 2), fresh(2), 5n),
    ];
    await expect(order(payments)).to.changeTokenBalance(token, fresh(2), 5);
    expect(await ethers.provider.getBalance(fresh(1))).to.equal(5);
    expect(await vault.claimable(user, ZUSD)).to.equal(6);
    await expectUntouched(5n);
  });

  it("tokens of every other chain stay claimable, and are never paid from local ones of the same number", async () => {
    const { vault, user, order, expectUntouched } = await loadFixture(fixture);
    const others = Array.from({ length: 64 }, (_, chain) => chain).filter((chain) => chain !== SECONDARY);
    for (const local of [1, 2]) {
      const ids = others.map((chain) => (chain << 10) | local);
      const payments = ids.map((id, i) => payment(id, user.address, BigInt(100 + i)));
      await order(payments, BigInt(local));
      for (const [i, id] of ids.entries()) expect(await vault.claimable(user, id), `${id}`).to.equal(100 + i);
      await expectUntouched();
      for (const id of ids) {
        await expect(vault.connect(user).claim.staticCall(id, fresh(1)), `${id}`)
          .to.be.revertedWithCustomError(vault, "Vault_TransferFailed")
          .withArgs(ZeroAddress, fresh(1));
      }
    }
    expect(await vault.claimable(user, tokenId(SECONDARY, 1))).to.equal(0);
  });

  it("number 0 of the own chain, and numbers that no token has, stay claimable", async () => {
    const { vault, user, order, expectUntouched } = await loadFixture(fixture);
    const ids = [SECONDARY << 10, tokenId(SECONDARY, 3), tokenId(SECONDARY, 1023)];
    await order(ids.map((id) => payment(id, user.address, 9n)));
    for (const id of ids) expect(await vault.claimable(user, id)).to.equal(9);
    await expectUntouched();
  });

  it("a number that a token gets later is paid then, by claim", async () => {
    const { vault, tokens, user, order, admin } = await loadFixture(fixture);
    const third = tokenId(SECONDARY, 3);
    await order([payment(third, user.address, 9n)]);
    const late = await ethers.deployContract("MockToken", ["LATE", 18]);
    await tokens.list(late);
    await expect(vault.claimFor(user, third)).to.be.revertedWithCustomError(vault, "Vault_TransferFailed");
    await late.mint(admin, 10n);
    await late.approve(vault, 10n);
    await vault.deposit(depositRequest({ token: await late.getAddress(), amount: 10n }));
    await expect(vault.claimFor(user, third)).to.changeTokenBalances(late, [vault, user], [-9, 9]);
  });

  it("payment words are the specification's: each field has its own bits", async () => {
    const { vault, order } = await loadFixture(fixture);
    const most = (name: string) => mask(field(PaymentWord, name).bits);
    const recipient = ethers.getAddress(ethers.toBeHex(most("recipient"), 20));
    const redemption = { into: Number(most("into")), minOut: most("minOut") };
    const widest = payment(Number(most("token")), recipient, mask(128), redemption);
    const none = payment(ZUSD, fresh(1), 0n);
    await order([widest, { ...none, into: widest.into }, { ...none, minOut: widest.minOut }, none]);
    expect(await vault.claimable(widest.recipient, widest.token)).to.equal(widest.amount);
  });
});
