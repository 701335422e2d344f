import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { Op, pack, packAmount, tokenId, WithdrawWord } from "../../../protocol/spec";
import { outboxHash } from "../../../protocol/witness/hashes";
import {
  carryBatch,
  carryQueue,
  deployTwoChains,
  depositMany,
  foldOf,
  makeBatch,
  NATIVE,
  payment,
  PRIMARY,
  queueOf,
  recorded,
  SECONDARY,
  submit,
} from "../../fixtures/contracts";

const DEPOSITOR = "0x00000000000000000000000000000000000000a1";

function withdrawal(chain: number, recipient: string, amount: bigint): bigint {
  const op = BigInt(Op.Withdraw + chain);
  return pack(WithdrawWord, { op, from: 1n, amount: packAmount(amount), recipient: BigInt(recipient), asset: 1n });
}

const own = (chain: number, recipient: string, amount: bigint) => payment(tokenId(chain, 1), recipient, amount);

describe("Rollup outboxes", () => {
  /** Two chains that took a batch: one deposit of each was refused, and it withdraws on each, also to a poisonous recipient. */
  async function fixture() {
    const { primary, secondary } = await deployTwoChains();
    for (const chain of [primary, secondary]) {
      await chain.tokens.list(NATIVE);
      await depositMany(chain, 3);
    }
    await carryQueue(primary, secondary);
    const [[first, second], [third]] = [await queueOf(primary), await queueOf(secondary)];
    const poison = await (await ethers.deployContract("MockRecipient", [2])).getAddress();
    const [, , , user] = await ethers.getSigners();
    const batch = await makeBatch(primary, {
      queue: [recorded(first), recorded(second, { executed: true }), recorded(third)],
      signed: [
        withdrawal(PRIMARY, poison, 1n),
        withdrawal(SECONDARY, user.address, 3n),
        withdrawal(PRIMARY, user.address, 2n),
      ],
    });
    const folds = { primary: await foldOf(primary, 2), secondary: await foldOf(secondary, 1) };
    return { primary, secondary, batch, folds, poison, user };
  }

  it("each chain's vault gets its own refunds and withdrawals, as the reference has them", async () => {
    const { primary, secondary, batch, folds, poison, user } = await loadFixture(fixture);
    await submit(primary, { ...batch, folds: [folds.primary, folds.secondary] });
    expect(await primary.vault.outboxOf(1)).to.equal(
      outboxHash([own(PRIMARY, DEPOSITOR, 1n), own(PRIMARY, poison, 1n), own(PRIMARY, user.address, 2n)]),
    );
    expect(await secondary.vault.outboxOf(1)).to.equal(ZeroHash);
    await carryBatch(secondary, primary, 1);
    await submit(secondary, { ...batch, folds: [folds.secondary] });
    expect(await secondary.vault.outboxOf(1)).to.equal(
      outboxHash([own(SECONDARY, DEPOSITOR, 1n), own(SECONDARY, user.address, 3n)]),
    );
  });

  it("R8: a poisonous payout stops neither the batch nor the others", async () => {
    const { primary, batch, folds, poison, user } = await loadFixture(fixture);
    await submit(primary, { ...batch, folds: [folds.primary, folds.secondary] });
    const payments = [own(PRIMARY, DEPOSITOR, 1n), own(PRIMARY, poison, 1n), own(PRIMARY, user.address, 2n)];
    await expect(primary.vault.pay(1, payments, ZeroHash)).to.changeEtherBalances([user, primary.vault], [2, -3]);
    expect(await primary.vault.claimable(poison, tokenId(PRIMARY, 1))).to.equal(1);
    await expect(submit(primary, await makeBatch(primary))).to.emit(primary.rollup, "BatchAccepted");
  });

  it("a batch that pays nothing here stores nothing", async () => {
    const { primary, user } = await loadFixture(fixture);
    await submit(primary, await makeBatch(primary, { signed: [withdrawal(SECONDARY, user.address, 1n)] }));
    expect(await primary.vault.outboxOf(1)).to.equal(ZeroHash);
  });
});
