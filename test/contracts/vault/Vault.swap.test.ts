import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { type AddressLike, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { packAmount, REQUEST_FEE_UNIT, RouteWord1, RouteWord2, unpack, ZUSD } from "../../../protocol/spec";
import { encodeRequest, encodeSigned } from "../../../protocol/state";
import { outboxHash } from "../../../protocol/witness/hashes";
import {
  carryBatch,
  carryQueue,
  connect,
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
import { addPeg, deployPeggedChain, fund, PARAMETERS, type PeggedChain } from "../../fixtures/pegged";

const UNIT = 10n ** 18n;
const CAP = 1_000_000n * UNIT;

describe("Vault.swap", () => {
  /** USDC (6 decimals) on the primary, USDT (18) on the secondary, which stands for 5,000 zUSD in the rollup. */
  async function fixture() {
    const primary = await deployPeggedChain({ index: PRIMARY });
    const secondary = await deployPeggedChain({ index: SECONDARY });
    await connect(primary, secondary);
    await connect(secondary, primary);
    const [, , user, recipient, holder] = await ethers.getSigners();
    const usdc = await addPeg(primary, 6);
    const usdt = await addPeg(secondary, 18);
    await fund(usdc, user, primary.vault);
    await fund(usdt, holder, secondary.vault);
    for (const { rollup } of [primary, secondary]) {
      for (const index of [PRIMARY, SECONDARY]) await rollup.setCap(index, CAP, 1);
    }
    await secondary.vault.connect(holder).deposit({
      token: usdt.token,
      amount: 5_000n * UNIT,
      owner: holder,
      account: 0,
      cell: 0,
      key: 0,
      keepToken: false,
    });
    await carryQueue(primary, secondary);
    const [deposit] = await queueOf(secondary);
    const batch = await makeBatch(primary, { queue: [recorded(deposit, { executed: true })] });
    const fold = await foldOf(secondary, 1);
    await submit(primary, { ...batch, folds: [fold] });
    await carryBatch(secondary, primary, 1);
    await submit(secondary, { ...batch, folds: [fold] });
    expect(await primary.rollup.issued(SECONDARY)).to.equal(5_000n * UNIT);

    const deadline = (await time.latest()) + 3600;
    const request = {
      tokenIn: usdc.token as AddressLike,
      amountIn: 1_000n * usdc.unit,
      tokenOut: 2,
      minOut: 999n * UNIT,
      destination: SECONDARY,
      recipient: recipient.address,
      deadline,
    };
    const swap = (fields: Partial<typeof request> = {}) => primary.vault.connect(user).swap({ ...request, ...fields });
    /** The next batch on both chains, with the youngest request of one of them. */
    const take = async (
      outcome: { executed?: boolean; covered?: boolean },
      timestamp?: number,
      source: PeggedChain = primary,
    ) => {
      const queue = await queueOf(source);
      const batch = { queue: [recorded(queue[queue.length - 1], outcome)], timestamp };
      return submitBoth(batch, source, [await foldOf(source, queue.length)]);
    };
    const submitBoth = async (
      options: Parameters<typeof makeBatch>[1],
      source: PeggedChain = primary,
      folds: Awaited<ReturnType<typeof foldOf>>[] = [],
    ) => {
      const number = (await primary.rollup.number()) + 1n;
      if (source === secondary) await carryQueue(primary, secondary);
      const next = await makeBatch(primary, options);
      await submit(primary, { ...next, folds });
      await carryBatch(secondary, primary, number);
      await submit(secondary, { ...next, folds: source === secondary ? folds : [] });
      return number;
    };
    return { primary, secondary, usdc, usdt, user, recipient, holder, request, swap, take, submitBoth };
  }

  const balances = async ({ books, zusd }: PeggedChain) => {
    const debts = await Promise.all((await books.facilities()).map((facility) => books.debtOf(facility)));
    const sum = debts.reduce((a, b) => a + b, 0n);
    expect((await zusd.totalSupply()) + (await zusd.abroad()) + (await books.buffer())).to.equal(sum);
    return { supply: await zusd.totalSupply(), abroad: await zusd.abroad() };
  };

  it("queues a route, as the specification's words, for the zUSD that it mints", async () => {
    const { primary, swap, request, user, usdc } = await loadFixture(fixture);
    const words = encodeRequest({
      op: "Route",
      chain: PRIMARY,
      token: ZUSD,
      amount: 1_000n * UNIT,
      owner: user.address,
      payer: SECONDARY,
      deadline: request.deadline,
      recipient: request.recipient,
      into: 2,
      minOut: packAmount(999n * UNIT),
    });
    await expect(swap())
      .to.emit(primary.vault, "RequestQueued")
      .withArgs(0, words[0], words[1], words[2], (head: string) => head !== ZeroHash);
    expect(await usdc.facility.reserve()).to.equal(1_000n * usdc.unit);
    expect(await balances(primary)).to.deep.equal({ supply: 0n, abroad: 1_000n * UNIT });
  });

  it("USDC on one chain becomes USDT on the other, with one transaction of the user's", async () => {
    const { primary, secondary, usdt, recipient, swap, take } = await loadFixture(fixture);
    await swap();
    const number = await take({ executed: true });
    expect(await primary.rollup.issued(PRIMARY)).to.equal(1_000n * UNIT);
    expect(await secondary.rollup.issued(SECONDARY)).to.equal(4_000n * UNIT);
    const paid = payment(ZUSD, recipient.address, 1_000n * UNIT, { into: 2, minOut: packAmount(999n * UNIT) });
    expect(await secondary.vault.outboxOf(number)).to.equal(outboxHash([paid]));
    const paying = secondary.vault.pay(number, [paid], ZeroHash);
    // Less 5 in 10,000.
    const out = 1_000n * UNIT - (1_000n * UNIT * PARAMETERS.redeemFee) / 10_000n;
    await expect(paying).to.changeTokenBalance(usdt.token, recipient, out);
    await expect(paying)
      .to.emit(secondary.vault, "PaymentRedeemed")
      .withArgs(recipient.address, 2, 1_000n * UNIT, out);
    expect(await balances(secondary)).to.deep.equal({ supply: 0n, abroad: 4_000n * UNIT });
    expect(await balances(primary)).to.deep.equal({ supply: 0n, abroad: 1_000n * UNIT });
  });

  it("X13: zUSD on both chains and on its way is constant over a route, a deposit and a withdrawal", async () => {
    const { primary, secondary, usdc, user, recipient, swap, take, submitBoth } = await loadFixture(fixture);
    const amount = 1_000n * UNIT;
    await usdc.facility.connect(user).mint(1_000n * usdc.unit, 0, user);
    /** With what waits in queues and outboxes. */
    const expectConstant = async (waiting: bigint) => {
      let all = waiting;
      let abroad = 0n;
      for (const chain of [primary, secondary]) {
        const { supply, abroad: away } = await balances(chain);
        all += supply + (await primary.rollup.issued(chain.index));
        abroad += supply + away;
        expect(await secondary.rollup.issued(chain.index)).to.equal(await primary.rollup.issued(chain.index));
      }
      expect([all, abroad]).to.deep.equal([6_000n * UNIT, 6_000n * UNIT]);
    };
    await expectConstant(0n);

    await swap({ tokenIn: primary.zusd, amountIn: amount, tokenOut: 0, minOut: 0n });
    await expectConstant(amount);
    let number = await take({ executed: true });
    await expectConstant(amount);
    await secondary.vault.pay(number, [payment(ZUSD, recipient.address, amount)], ZeroHash);
    await expectConstant(0n);

    await secondary.vault.connect(recipient).deposit({
      token: secondary.zusd,
      amount,
      owner: recipient,
      account: 0,
      cell: 0,
      key: 0,
      keepToken: false,
    });
    await expectConstant(amount);
    number = await take({ executed: true }, undefined, secondary);
    await expectConstant(0n);

    const withdrawal = encodeSigned({
      op: "Withdraw",
      chain: PRIMARY,
      from: 1,
      fee: 0n,
      recipient: user.address,
      isZusd: true,
      asset: 0,
      amount,
    });
    number = await submitBoth({ signed: withdrawal });
    await expectConstant(amount);
    await primary.vault.pay(number, [payment(ZUSD, user.address, amount)], ZeroHash);
    await expectConstant(0n);
  });

  it("a route that is too late is refunded in zUSD to who swapped, and the ledger stays", async () => {
    const { primary, secondary, user, request, swap, take } = await loadFixture(fixture);
    await swap();
    await time.increaseTo(request.deadline + 10);
    const number = await take({ executed: false }, request.deadline + 1);
    expect(await secondary.vault.outboxOf(number)).to.equal(ZeroHash);
    const refund = payment(ZUSD, user.address, 1_000n * UNIT);
    await expect(primary.vault.pay(number, [refund], ZeroHash)).to.changeTokenBalance(
      primary.zusd,
      user,
      1_000n * UNIT,
    );
    expect(await primary.rollup.issued(PRIMARY)).to.equal(0);
    expect(await balances(primary)).to.deep.equal({ supply: 1_000n * UNIT, abroad: 0n });
  });

  it("more than the destination stands for is refunded: the flag is the ledger's, not the operator's", async () => {
    const { primary, swap, take } = await loadFixture(fixture);
    await swap({ amountIn: 5_001n * 10n ** 6n });
    await expect(take({ executed: true }))
      .to.be.revertedWithCustomError(primary.rollup, "ZusdLedger_WrongFlag")
      .withArgs(0, false);
    await take({ executed: false, covered: false });
    expect(await primary.rollup.issued(PRIMARY)).to.equal(0);
  });

  it("a redemption that would give less than the least waits; its recipient takes zUSD at once, others after a day", async () => {
    const { secondary, usdt, recipient, user, swap, take } = await loadFixture(fixture);
    await swap({ minOut: 1_000n * UNIT });
    const number = await take({ executed: true });
    const paid = payment(ZUSD, recipient.address, 1_000n * UNIT, { into: 2, minOut: packAmount(1_000n * UNIT) });
    const paying = secondary.vault.pay(number, [paid], ZeroHash);
    const argument = { ...paid, token: ZUSD };
    await paying;
    const waits = await time.latest();
    await expect(paying)
      .to.emit(secondary.vault, "PaymentWaits")
      .withArgs(1, [paid.recipient, paid.token, paid.into, paid.minOut, paid.amount], waits);
    await expect(paying).to.changeTokenBalance(usdt.token, recipient, 0);
    const { vault } = secondary;
    await expect(vault.connect(user).releaseWaiting(1, argument, waits))
      .to.be.revertedWithCustomError(vault, "StableDesk_StillWaiting")
      .withArgs(1, waits + 86_400);
    await expect(vault.connect(user).redeemWaiting(1, argument, waits)).to.be.revertedWithCustomError(
      usdt.facility,
      "Facility_BelowMinimum",
    );
    await expect(vault.connect(recipient).releaseWaiting(1, argument, waits)).to.changeTokenBalance(
      secondary.zusd,
      recipient,
      1_000n * UNIT,
    );
    await expect(vault.connect(recipient).releaseWaiting(1, argument, waits)).to.be.revertedWithCustomError(
      vault,
      "StableDesk_NotWaiting",
    );
  });

  it("rounds the least up to what a word holds, and checks zUSD itself at once", async () => {
    const { primary, swap } = await loadFixture(fixture);
    // 999.999999999999999999 has 21 digits: more than 35 bits.
    await swap({ minOut: 10n ** 21n - 1n });
    const [[, second, third]] = await queueOf(primary);
    expect(unpack(RouteWord2, third).minOut).to.equal(packAmount(10n ** 21n));
    expect(unpack(RouteWord1, second).payer).to.equal(BigInt(SECONDARY));
    await swap({ tokenOut: 0, minOut: 1_000n * UNIT });
    await expect(swap({ tokenOut: 0, minOut: 1_000n * UNIT + 1n }))
      .to.be.revertedWithCustomError(primary.vault, "Vault_BelowMinimum")
      .withArgs(1_000n * UNIT + 1n, 1_000n * UNIT);
  });

  it("V15: costs the fee of a request", async () => {
    const { primary, user, request } = await loadFixture(fixture);
    await primary.vault.setRequestFee(7, 0);
    const due = 7n * REQUEST_FEE_UNIT;
    const vault = primary.vault.connect(user);
    await expect(vault.swap(request, { value: due - 1n }))
      .to.be.revertedWithCustomError(vault, "RequestQueue_WrongValue")
      .withArgs(due, due - 1n);
    await expect(vault.swap(request, { value: due + 1n })).to.changeEtherBalances([user, vault], [-due, due]);
  });

  it("takes each field up to its bound", async () => {
    const { primary, swap } = await loadFixture(fixture);
    const queued = async (fields: Parameters<typeof swap>[0]) => {
      await swap(fields);
      const [, second, third] = (await queueOf(primary)).at(-1)!;
      return { ...unpack(RouteWord1, second), ...unpack(RouteWord2, third) };
    };
    expect(await queued({ deadline: 2 ** 40 - 1, destination: 63 })).to.include({
      deadline: 2n ** 40n - 1n,
      payer: 63n,
    });
    // The most that a word holds, above 2^127.
    const minOut = 34_028_236_692n * 10n ** 28n;
    expect(await queued({ tokenOut: 1023, minOut })).to.include({ into: 1023n, minOut: packAmount(minOut) });
    const timestamp = (await time.latest()) + 60;
    await time.setNextBlockTimestamp(timestamp);
    expect(await queued({ deadline: timestamp })).to.include({ deadline: BigInt(timestamp) });
    await time.setNextBlockTimestamp(timestamp + 10);
    await expect(swap({ deadline: timestamp + 9 }))
      .to.be.revertedWithCustomError(primary.vault, "Vault_InvalidDeadline")
      .withArgs(timestamp + 9);
  });

  it("B6: refuses what it cannot mean, naming the rule", async () => {
    const { primary, swap } = await loadFixture(fixture);
    const { vault } = primary;
    const plain = await ethers.deployContract("MockToken", ["EUR", 6]);
    await primary.tokens.list(plain);
    const refused: [Parameters<typeof swap>[0], string][] = [
      [{ deadline: (await time.latest()) - 1 }, "Vault_InvalidDeadline"],
      [{ deadline: 2 ** 40 }, "Vault_InvalidDeadline"],
      [{ destination: 64 }, "Vault_InvalidChain"],
      [{ destination: 0 }, "Requests_NoPayer"],
      [{ tokenOut: 1024 }, "Vault_InvalidToken"],
      [{ minOut: 2n ** 128n }, "Requests_AmountOutOfRange"],
      [{ recipient: ethers.ZeroAddress }, "Requests_InvalidRecipient"],
      [{ amountIn: 0n }, "Facility_TooSmall"],
      [{ tokenIn: NATIVE as never }, "Vault_NotStable"],
    ];
    const others = await Promise.all(["IPeggedFacility", "Requests"].map((name) => ethers.getContractAt(name, vault)));
    for (const [fields, error] of refused) {
      const contract = [vault, ...others].find((one) => one.interface.getError(error)) as typeof vault;
      await expect(swap(fields), error).to.be.revertedWithCustomError(contract, error);
    }
    await plain.mint(await ethers.provider.getSigner(2), 1_000_000n);
    await plain.connect(await ethers.provider.getSigner(2)).approve(vault, ethers.MaxUint256);
    await expect(swap({ tokenIn: plain, amountIn: 5n }))
      .to.be.revertedWithCustomError(vault, "Vault_NotStable")
      .withArgs(await plain.getAddress());
  });
});
