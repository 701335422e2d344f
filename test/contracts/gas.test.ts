import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { randomBytes, toBigInt, type ContractTransactionResponse } from "ethers";
import { ethers } from "hardhat";
import * as F from "../../protocol/crypto/field";
import { Op, pack, packAmount, TransferWord, WithdrawWord } from "../../protocol/spec";
import {
  carryBatch,
  carryQueue,
  type Chain,
  circuitOf,
  deployTwoChains,
  depositMany,
  depositRequest,
  foldOf,
  makeBatch,
  NATIVE,
  queueOf,
  recorded,
  SIZE,
  submit,
  type TestBatch,
} from "../fixtures/contracts";

/** What snarkjs' verifier costs by itself; the mock costs next to nothing. */
const VERIFIER_GAS = 263_000n;
const BATCH_BAR = 750_000n;
const TRANSFER_BAR = 550n;
const DEPOSIT_BAR = 90_000n;

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
    const first = await gasOf(primary.vault.connect(user).deposit(request));
    const next = await gasOf(primary.vault.connect(user).deposit(request));
    await token.connect(user).approve(primary.vault, 10n ** 30n);
    const limited = await gasOf(primary.vault.connect(user).deposit(request));
    for (const gas of [first, next, limited]) expect(gas).to.be.at.most(DEPOSIT_BAR);
  });
});
