import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { randomBytes, toBigInt, type ContractTransactionResponse } from "ethers";
import { ethers } from "hardhat";
import * as F from "../../protocol/crypto/field";
import {
  ExactWord,
  HeaderWord,
  Op,
  OpenToWord,
  OpenWord,
  pack,
  packAmount,
  SIZES,
  tokenId,
  TransferWord,
  WithdrawWord,
  wordCount,
} from "../../protocol/spec";
import {
  carryBatch,
  carryQueue,
  type Chain,
  circuitOf,
  deployChain,
  deployTwoChains,
  depositMany,
  depositRequest,
  foldOf,
  makeBatch,
  NATIVE,
  PRIMARY,
  queueOf,
  recorded,
  SIZE,
  submit,
  type TestBatch,
} from "../fixtures/contracts";
import { batchOfRoutes, deployRouteChains } from "../fixtures/routes";

/** What snarkjs' verifier costs by itself; the mock costs next to nothing. */
const VERIFIER_GAS = 263_000n;
const BATCH_BAR = 750_000n;
const TRANSFER_BAR = 550n;
const DEPOSIT_BAR = 90_000n;
const ROUTE_BAR = 3_500n;
/** 60 % of what a transaction may use, 2^24 (EIP-7825). */
const LARGEST_BAR = ((1n << 24n) * 60n) / 100n;

async function gasOf(sending: Promise<ContractTransactionResponse>): Promise<bigint> {
  const receipt = await (await sending).wait();
  return receipt!.gasUsed;
}

const transfer = pack(TransferWord, {
  op: BigInt(Op.Transfer),
  from: 0x7fffffn,
  amount: packAmount(34359738367n * 10n ** 18n),
  to: 0x7ffffen,
  account: 0x3fffffn,
});

function withdrawal(chain: number): bigint {
  return pack(WithdrawWord, {
    op: BigInt(Op.Withdraw + chain),
    from: 1n,
    amount: packAmount(1n),
    recipient: 2n ** 160n - 1n,
    asset: 1n,
  });
}

describe("gas [gas]", () => {
  async function fixture() {
    const chains = await deployTwoChains();
    for (const chain of [chains.primary, chains.secondary]) {
      await chain.tokens.list(NATIVE);
      await depositMany(chain, 4);
    }
    return chains;
  }

  /** A batch as dear as a real one: evaluations and proof words have no zero bytes to speak of. */
  async function realistic(chain: Chain, options: Parameters<typeof makeBatch>[1]): Promise<TestBatch> {
    const evals = { oldEval: F.random(), quotientEval: F.random(), newEval: F.random() };
    const batch = await makeBatch(chain, { ...options, evals });
    return { ...batch, proof: batch.proof.map(() => toBigInt(randomBytes(32))) };
  }

  it("a full batch of size test stays below 750,000 with its proof, on both chains", async () => {
    const { primary, secondary } = await loadFixture(fixture);
    await carryQueue(primary, secondary);
    const [own, foreign] = [await queueOf(primary), await queueOf(secondary)];
    for (const round of [1, 2]) {
      const half = SIZE.queueOps / 2;
      const queue = [own, foreign]
        .flatMap((requests) => requests.slice(half * (round - 1), half * round))
        .map((request) => recorded(request));
      const signed = [transfer, transfer, withdrawal(primary.index), withdrawal(secondary.index)];
      const folds = [await foldOf(primary, half * round), await foldOf(secondary, half * round)];
      const batch = await realistic(primary, { queue, signed, folds });
      const onPrimary = VERIFIER_GAS + (await gasOf(submit(primary, batch)));
      await carryBatch(secondary, primary, round);
      const onSecondary = VERIFIER_GAS + (await gasOf(submit(secondary, { ...batch, folds: [folds[1]] })));
      // The first batch of a deployment and of each queue pays for fresh storage once.
      if (round === 1) continue;
      expect(onPrimary).to.be.at.most(BATCH_BAR);
      expect(onSecondary).to.be.at.most(BATCH_BAR);
    }
  });

  it("a transfer adds at most 550", async () => {
    const { primary } = await loadFixture(fixture);
    await submit(primary, await makeBatch(primary));
    const snapshot = await ethers.provider.send("evm_snapshot", []);
    const one = await realistic(primary, { signed: [transfer] });
    const without = await gasOf(submit(primary, one));
    await ethers.provider.send("evm_revert", [snapshot]);
    const two = await makeBatch(primary, {
      signed: [transfer, transfer],
      evals: { oldEval: one.oldEval, quotientEval: one.quotientEval, newEval: one.newEval },
    });
    const withTransfer = await gasOf(submit(primary, { ...two, proof: one.proof }));
    expect(withTransfer - without).to.be.at.most(TRANSFER_BAR);
  });

  it("a slot adds at most 550 with its transfer", async () => {
    const { primary } = await loadFixture(fixture);
    const gas: bigint[] = [];
    for (const signedOps of [4, 6]) {
      const circuit = ethers.id(`${signedOps} signed ops`);
      await primary.circuits.register(circuit, circuitOf(primary.verifier, { queueOps: SIZE.queueOps, signedOps }));
      const snapshot = await ethers.provider.send("evm_snapshot", []);
      const base = await makeBatch(primary, { signed: new Array<bigint>(4).fill(transfer) });
      const words = [...base.words, ...new Array<bigint>(signedOps - 4).fill(transfer)];
      const batch = await makeBatch(primary, { circuit, words });
      gas.push(await gasOf(submit(primary, batch)));
      await ethers.provider.send("evm_revert", [snapshot]);
    }
    expect((gas[1] - gas[0]) / 2n).to.be.at.most(TRANSFER_BAR);
  });

  it("a route adds at most 3,500, to either chain and back", async () => {
    const both = await deployRouteChains();
    const evals = { oldEval: F.random(), quotientEval: F.random(), newEval: F.random() };
    const gas: bigint[] = [];
    for (const count of [8, 16]) {
      const snapshot = await ethers.provider.send("evm_snapshot", []);
      gas.push(await gasOf(submit(both.primary, await batchOfRoutes(both, count, evals))));
      await ethers.provider.send("evm_revert", [snapshot]);
    }
    expect((gas[1] - gas[0]) / 8n).to.be.at.most(ROUTE_BAR);
  });

  it("an ERC-20 deposit costs at most 90,000", async () => {
    const { primary } = await loadFixture(fixture);
    const [, , user] = await ethers.getSigners();
    const token = await ethers.deployContract("MockToken", ["T", 18]);
    await primary.tokens.list(token);
    await token.mint(user, 10n ** 30n);
    await token.connect(user).approve(primary.vault, 2n ** 256n - 1n);
    const request = depositRequest({
      token: await token.getAddress(),
      amount: 123456789123456789n,
      owner: user.address,
      key: F.R - 2n,
    });
    await primary.vault.setRequestFee(7, 1_000);
    const value = await primary.vault.requestFee();
    const first = await gasOf(primary.vault.connect(user).deposit(request, { value }));
    const next = await gasOf(primary.vault.connect(user).deposit(request, { value }));
    await token.connect(user).approve(primary.vault, 10n ** 30n);
    const limited = await gasOf(primary.vault.connect(user).deposit(request, { value }));
    for (const gas of [first, next, limited]) expect(gas).to.be.at.most(DEPOSIT_BAR);
  });

  describe("R7: a batch of size large full of", () => {
    const { queueOps, signedOps } = SIZES.large;
    const circuit = ethers.id("circuit of size large");
    const repeated = (...words: bigint[]): bigint[] => new Array<bigint[]>(signedOps / words.length).fill(words).flat();

    /** A batch with these words after the header stays below the bar on the primary, which has more to do. */
    async function stays(chain: Chain, queue: readonly bigint[], signed: readonly bigint[]): Promise<void> {
      await chain.circuits.register(circuit, circuitOf(chain.verifier, { queueOps, signedOps }));
      const [number, timestamp] = [(await chain.rollup.number()) + 1n, BigInt(await time.latest())];
      const padded = [...queue, ...new Array<bigint>(3 * queueOps - queue.length).fill(0n)];
      const words = [pack(HeaderWord, { number, timestamp }), ...padded, ...signed];
      words.push(...new Array<bigint>(wordCount(SIZES.large) - words.length).fill(0n));
      const folds = queue.length === 0 ? [] : [await foldOf(chain, queueOps)];
      const batch = await realistic(chain, { circuit, words, folds });
      expect(VERIFIER_GAS + (await gasOf(submit(chain, batch)))).to.be.at.most(LARGEST_BAR);
    }

    const signed: Record<string, bigint[]> = {
      Transfers: repeated(transfer),
      Opens: repeated(
        pack(OpenWord, { op: BigInt(Op.Open), from: 1n, fee: 0xfffn }),
        pack(OpenToWord, { op: BigInt(Op.OpenTo), cell: 0x7fffffn, token: BigInt(tokenId(1, 1)), account: 0x3fffffn }),
      ),
      Withdraws: repeated(withdrawal(PRIMARY)),
      WithdrawExacts: repeated(
        withdrawal(PRIMARY) & ~pack(WithdrawWord, { amount: packAmount(1n) }),
        pack(ExactWord, { op: BigInt(Op.Exact), amount: 2n ** 128n - 1n }),
      ),
    };
    for (const [name, words] of Object.entries(signed)) {
      it(name, async () => {
        const { primary } = await loadFixture(fixture);
        await stays(primary, [], words);
        expect((await primary.vault.outboxOf(1)) !== ethers.ZeroHash).to.equal(name.startsWith("Withdraw"));
      });
    }

    it("Deposits, all refunded", async () => {
      const primary = await deployChain();
      await primary.tokens.list(NATIVE);
      await depositMany(primary, queueOps);
      const queue = (await queueOf(primary)).flatMap((request) => recorded(request));
      await stays(primary, queue, []);
      expect(await primary.vault.outboxOf(1)).to.not.equal(ethers.ZeroHash);
    });

    it("SetKeys", async () => {
      const primary = await deployChain();
      for (let i = 1; i <= queueOps; i++) await primary.vault.setKey(i, F.R - 1n);
      const queue = (await queueOf(primary)).flatMap((request) =>
        recorded(request, { executed: true, usedAccount: 1 }),
      );
      await stays(primary, queue, []);
      expect(await primary.rollup.number()).to.equal(1);
    });

    it("FullExits, all executed", async () => {
      const primary = await deployChain();
      const exit = { account: 1, token: tokenId(PRIMARY, 1), payer: PRIMARY, recipient: `0x${"ff".repeat(20)}` };
      for (let cell = 1; cell <= queueOps; cell++) await primary.vault.exit({ ...exit, cell });
      const outcome = { executed: true, amount: 2n ** 128n - 1n };
      await stays(
        primary,
        (await queueOf(primary)).flatMap((request) => recorded(request, outcome)),
        [],
      );
      expect(await primary.vault.outboxOf(1)).to.not.equal(ethers.ZeroHash);
    });

    it("Routes, all paid", async () => {
      const both = await deployRouteChains();
      const evals = { oldEval: F.random(), quotientEval: F.random(), newEval: F.random() };
      const batch = await batchOfRoutes(both, queueOps, evals);
      const proof = batch.proof.map(() => toBigInt(randomBytes(32)));
      expect(VERIFIER_GAS + (await gasOf(submit(both.primary, { ...batch, proof })))).to.be.at.most(LARGEST_BAR);
      expect(await both.primary.vault.outboxOf(2)).to.not.equal(ethers.ZeroHash);
    });
  });
});
