import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { G1_INFINITY } from "../../../protocol/crypto/curve";
import { FIELD_ORDER, MAX_TIMESTAMP_AGE, signedWord } from "../../../protocol/spec";
import { batchHash, genesisHash, wordsEval } from "../../../protocol/witness/hashes";
import type { Ordering } from "../../../typechain-types";
import {
  challengeFor,
  CIRCUIT,
  circuitOf,
  commit,
  deployChain,
  DOMAIN,
  makeBatch,
  openingOf,
  PRIMARY,
  SIZE,
  submit,
  type Chain,
  type TestBatch,
} from "../../fixtures/contracts";

describe("Rollup.submitBatch", () => {
  const fixture = (): Promise<Chain> => deployChain();

  it("R10: accepts a batch of Noops from genesis, once, and moves the state", async () => {
    const chain = await loadFixture(fixture);
    const genesis = await commit(1n);
    expect(await chain.rollup.batchHash(0)).to.equal(genesisHash(DOMAIN, genesis));

    const batch = await makeBatch(chain);
    const expected = batchHash({
      domain: DOMAIN,
      circuitId: CIRCUIT,
      previousHash: genesisHash(DOMAIN, genesis),
      commitment: batch.newCommitment,
      words: batch.words,
    });
    await expect(submit(chain, batch))
      .to.emit(chain.rollup, "BatchAccepted")
      .withArgs(1, expected, batch.newCommitment.x, batch.newCommitment.y, CIRCUIT);
    expect(await chain.rollup.number()).to.equal(1);
    expect(await chain.rollup.timestamp()).to.equal(batch.words[0] >> 32n);
    expect(await chain.rollup.batchHash(1)).to.equal(expected);
    expect(await chain.rollup.commitment()).to.deep.equal([batch.newCommitment.x, batch.newCommitment.y]);
  });

  it("chains batches by their hashes", async () => {
    const chain = await loadFixture(fixture);
    await submit(chain, await makeBatch(chain));
    const second = await makeBatch(chain);
    await submit(chain, second);
    expect(await chain.rollup.batchHash(2)).to.equal(
      batchHash({
        domain: DOMAIN,
        circuitId: CIRCUIT,
        previousHash: await chain.rollup.batchHash(1),
        commitment: second.newCommitment,
        words: second.words,
      }),
    );
  });

  it("takes a quotient and an opening at infinity", async () => {
    const chain = await loadFixture(fixture);
    // Constant polynomials: every value is the value at τ, and there is nothing to divide.
    const evals = { oldEval: 1n, quotientEval: 0n, newEval: 9n };
    const batch = await makeBatch(chain, { newState: 9n, quotient: 0n, evals });
    expect(batch.quotient).to.deep.equal(G1_INFINITY);
    expect(batch.opening).to.deep.equal(G1_INFINITY);
    await expect(submit(chain, batch)).to.emit(chain.rollup, "BatchAccepted");
  });

  describe("the circuit", () => {
    it("R4: refuses a circuit that is not registered", async () => {
      const chain = await loadFixture(fixture);
      const circuit = ethers.id("another circuit");
      await expect(submit(chain, await makeBatch(chain, { circuit })))
        .to.be.revertedWithCustomError(chain.rollup, "Rollup_UnknownCircuit")
        .withArgs(circuit);
    });

    it("R4: refuses words of another circuit size", async () => {
      const chain = await loadFixture(fixture);
      const batch = await makeBatch(chain);
      for (const words of [batch.words.slice(1), [...batch.words, 0n], []]) {
        await expect(submit(chain, { ...batch, words }))
          .to.be.revertedWithCustomError(chain.rollup, "Rollup_WrongWordCount")
          .withArgs(batch.words.length, words.length);
      }
    });

    it("R4: a proof of one circuit is not taken for another of the same size", async () => {
      const chain = await loadFixture(fixture);
      const other = ethers.id("another key");
      const refusing = await ethers.deployContract("MockVerifier");
      await refusing.setAccepts(false);
      await chain.circuits.register(other, circuitOf(refusing));
      const batch = await makeBatch(chain, { circuit: other });
      await expect(submit(chain, batch)).to.be.revertedWithCustomError(chain.rollup, "Rollup_InvalidProof");
      // The circuit is under the challenge, so the openings of one are not those of the other.
      await expect(submit(chain, { ...batch, circuit: CIRCUIT })).to.be.revertedWithCustomError(
        chain.rollup,
        "Rollup_InvalidOpening",
      );
    });
  });

  describe("number, parent and instance", () => {
    it("R1: refuses numbers but the next one", async () => {
      const chain = await loadFixture(fixture);
      await submit(chain, await makeBatch(chain));
      for (const number of [0n, 1n, 3n, 2n ** 32n - 1n]) {
        await expect(submit(chain, await makeBatch(chain, { number })))
          .to.be.revertedWithCustomError(chain.rollup, "Rollup_WrongNumber")
          .withArgs(2, number);
      }
    });

    it("R6: refuses a batch the second time", async () => {
      const chain = await loadFixture(fixture);
      const batch = await makeBatch(chain);
      await submit(chain, batch);
      await expect(submit(chain, batch)).to.be.revertedWithCustomError(chain.rollup, "Rollup_WrongNumber");
    });

    it("R1: refuses a batch on top of another state", async () => {
      const chain = await loadFixture(fixture);
      const stale = await makeBatch(chain, { number: 2n });
      await submit(chain, await makeBatch(chain));
      await expect(submit(chain, stale)).to.be.revertedWithCustomError(chain.rollup, "Rollup_InvalidOpening");
    });

    it("R1: refuses a batch of another instance", async () => {
      const chain = await loadFixture(fixture);
      const config = {
        domain: DOMAIN + 1n,
        primaryChain: PRIMARY,
        vault: chain.vault,
        facts: chain.facts,
        circuits: chain.circuits,
        ordering: await ethers.deployContract("MockOrdering"),
        tauG2: [...(await chain.rollup.tauG2())] as [bigint, bigint, bigint, bigint],
        genesis: await commit(1n),
      };
      const other = await ethers.deployContract("Rollup", [chain.access, config]);
      const batch = await makeBatch(chain);
      await expect(other.connect(chain.operator).submitBatch(batch)).to.be.revertedWithCustomError(
        other,
        "Rollup_InvalidOpening",
      );
      await expect(submit(chain, batch)).to.emit(chain.rollup, "BatchAccepted");
    });
  });

  describe("R3: the timestamp on the primary chain", () => {
    async function submitAt(chain: Chain, timestamp: number, now: number) {
      const batch = await makeBatch(chain, { timestamp });
      await time.setNextBlockTimestamp(now);
      return submit(chain, batch);
    }

    it("is at least the previous batch's", async () => {
      const chain = await loadFixture(fixture);
      const now = (await time.latest()) + 100;
      await submitAt(chain, now, now);
      await expect(submitAt(chain, now - 1, now + 1))
        .to.be.revertedWithCustomError(chain.rollup, "Rollup_WrongTimestamp")
        .withArgs(now, now + 1, now - 1);
      await expect(submitAt(chain, now, now + 2)).to.emit(chain.rollup, "BatchAccepted");
    });

    it("is at most now", async () => {
      const chain = await loadFixture(fixture);
      const now = (await time.latest()) + 100;
      await expect(submitAt(chain, now + 1, now)).to.be.revertedWithCustomError(chain.rollup, "Rollup_WrongTimestamp");
      await expect(submitAt(chain, 2 ** 40 - 1, now + 1)).to.be.revertedWithCustomError(
        chain.rollup,
        "Rollup_WrongTimestamp",
      );
      await expect(submitAt(chain, now + 2, now + 2)).to.emit(chain.rollup, "BatchAccepted");
    });

    it("is at most an hour old", async () => {
      const chain = await loadFixture(fixture);
      const now = (await time.latest()) + 100;
      await expect(submitAt(chain, now - MAX_TIMESTAMP_AGE - 1, now))
        .to.be.revertedWithCustomError(chain.rollup, "Rollup_WrongTimestamp")
        .withArgs(now - MAX_TIMESTAMP_AGE, now, now - MAX_TIMESTAMP_AGE - 1);
      await expect(submitAt(chain, 0, now + 1)).to.be.revertedWithCustomError(chain.rollup, "Rollup_WrongTimestamp");
      await expect(submitAt(chain, now + 2 - MAX_TIMESTAMP_AGE, now + 2)).to.emit(chain.rollup, "BatchAccepted");
    });
  });

  it("R12: only operators submit on the primary chain", async () => {
    const chain = await loadFixture(fixture);
    const ordering = chain.ordering as Ordering;
    const [, , stranger] = await ethers.getSigners();
    const batch = await makeBatch(chain);
    await expect(chain.rollup.connect(stranger).submitBatch(batch))
      .to.be.revertedWithCustomError(ordering, "Ordering_NotOperator")
      .withArgs(stranger.address);
    await expect(ordering.setOperator(chain.operator, false))
      .to.emit(ordering, "OperatorSet")
      .withArgs(chain.operator.address, false);
    await expect(submit(chain, batch)).to.be.revertedWithCustomError(ordering, "Ordering_NotOperator");
    await ordering.setOperator(stranger, true);
    await expect(chain.rollup.connect(stranger).submitBatch(batch)).to.emit(chain.rollup, "BatchAccepted");
  });

  describe("words and public inputs", () => {
    it("P1: refuses words at or above the field's order", async () => {
      const chain = await loadFixture(fixture);
      const batch = await makeBatch(chain);
      for (const at of [signedWord(SIZE, 0), batch.words.length - 1]) {
        for (const word of [FIELD_ORDER, 2n ** 256n - 1n]) {
          const words = batch.words.with(at, word);
          await expect(submit(chain, { ...batch, words }))
            .to.be.revertedWithCustomError(chain.rollup, "Pubdata_WordTooLarge")
            .withArgs(at, word);
        }
      }
      // The header's fields end below bit 228, so its number stays right.
      const words = batch.words.with(0, batch.words[0] + 2n ** 255n);
      await expect(submit(chain, { ...batch, words })).to.be.revertedWithCustomError(
        chain.rollup,
        "Pubdata_WordTooLarge",
      );
    });

    it("takes the largest word", async () => {
      const chain = await loadFixture(fixture);
      const words = (await makeBatch(chain)).words.with(-1, FIELD_ORDER - 1n);
      await expect(submit(chain, await makeBatch(chain, { words }))).to.emit(chain.rollup, "BatchAccepted");
    });

    it("P1: refuses a digest and values that are not canonical", async () => {
      const chain = await loadFixture(fixture);
      const batch = await makeBatch(chain);
      for (let k = 1n; k <= 5n; k++) {
        for (const field of ["oldEval", "quotientEval", "newEval"] as const) {
          await expect(submit(chain, { ...batch, [field]: batch[field] + k * FIELD_ORDER }))
            .to.be.revertedWithCustomError(chain.rollup, "KZG_NotInField")
            .withArgs(batch[field] + k * FIELD_ORDER);
        }
        // The digest is under the challenge: open anew, so that only the range check is left.
        const large = { ...batch, digest: batch.digest + k * FIELD_ORDER };
        large.opening = await openingOf(chain, large);
        await expect(submit(chain, large))
          .to.be.revertedWithCustomError(chain.rollup, "ProofVerifier_InputTooLarge")
          .withArgs(0, large.digest);
      }
    });
  });

  it("R5: each published field altered, one by one, is refused", async () => {
    const chain = await loadFixture(fixture);
    const batch = await makeBatch(chain);
    await chain.verifier.setOnly(batch.proof, await publicInputs(chain, batch));
    const other = await commit(123456n);
    const mutants: [string, Partial<TestBatch>][] = [
      ...batch.words.map((word, i): [string, Partial<TestBatch>] => [
        `words[${i}]`,
        // Of the header a bit of a fee cell: number, timestamp and suspended chains stay right.
        { words: batch.words.with(i, word ^ (i === 0 ? 2n ** 140n : 2n ** 200n)) },
      ]),
      ["newCommitment", { newCommitment: other }],
      ["quotient", { quotient: other }],
      ["digest", { digest: batch.digest + 1n }],
      ["oldEval", { oldEval: batch.oldEval + 1n }],
      ["quotientEval", { quotientEval: batch.quotientEval + 1n }],
      ["newEval", { newEval: batch.newEval + 1n }],
      ["opening", { opening: other }],
    ];
    for (const [name, mutation] of mutants) {
      await expect(submit(chain, { ...batch, ...mutation }), name).to.be.revertedWithCustomError(
        chain.rollup,
        "Rollup_InvalidOpening",
      );
    }
    await expect(submit(chain, batch)).to.emit(chain.rollup, "BatchAccepted");
  });

  it("R4, R5: with right openings the proof must still be of these public inputs", async () => {
    const chain = await loadFixture(fixture);
    const batch = await makeBatch(chain);
    await chain.verifier.setOnly(batch.proof, await publicInputs(chain, batch));
    const mutants: Partial<TestBatch>[] = [
      { words: batch.words.with(-1, 1n) },
      { newCommitment: await commit(5n) },
      { quotient: await commit(5n) },
      { digest: 43n },
      { oldEval: 50n },
      { quotientEval: 60n },
      { newEval: 70n },
    ];
    for (const mutation of mutants) {
      const mutant = { ...batch, ...mutation };
      mutant.opening = await openingOf(chain, mutant);
      await expect(submit(chain, mutant), Object.keys(mutation)[0]).to.be.revertedWithCustomError(
        chain.rollup,
        "Rollup_InvalidProof",
      );
    }
    for (let i = 0; i < 24; i++) {
      await expect(submit(chain, { ...batch, proof: batch.proof.with(i, 99n) })).to.be.revertedWithCustomError(
        chain.rollup,
        "Rollup_InvalidProof",
      );
    }
    await expect(submit(chain, batch)).to.emit(chain.rollup, "BatchAccepted");
  });

  it("refuses a proof that the verifier refuses, and keeps the state", async () => {
    const chain = await loadFixture(fixture);
    await chain.verifier.setAccepts(false);
    await expect(submit(chain, await makeBatch(chain))).to.be.revertedWithCustomError(
      chain.rollup,
      "Rollup_InvalidProof",
    );
    expect(await chain.rollup.number()).to.equal(0);
  });

  it("P3: refuses points off the curve, not canonical, infinity, negated, swapped", async () => {
    const chain = await loadFixture(fixture);
    const batch = await makeBatch(chain);
    for (const field of ["newCommitment", "quotient", "opening"] as const) {
      const point = batch[field];
      const invalid = [
        { x: 1n, y: 1n },
        { x: point.x + BASE_ORDER, y: point.y },
        { x: point.x, y: point.y + BASE_ORDER },
        { x: 0n, y: BASE_ORDER },
      ];
      for (const value of invalid) {
        await expect(submit(chain, { ...batch, [field]: value }), field).to.be.revertedWithCustomError(
          chain.rollup,
          "BN254_InvalidPoint",
        );
      }
      for (const value of [G1_INFINITY, { x: point.x, y: BASE_ORDER - point.y }]) {
        await expect(submit(chain, { ...batch, [field]: value }), field).to.be.revertedWithCustomError(
          chain.rollup,
          "Rollup_InvalidOpening",
        );
      }
    }
    const swapped = { ...batch, newCommitment: batch.quotient, quotient: batch.newCommitment };
    await expect(submit(chain, swapped)).to.be.revertedWithCustomError(chain.rollup, "Rollup_InvalidOpening");
  });

  it("P4: refuses calldata that is cut short, and dirty upper bits; longer calldata is the same batch", async () => {
    const chain = await loadFixture(fixture);
    const batch = await makeBatch(chain, { folds: [{ chain: PRIMARY, count: 0n, later: [] }] });
    const data = chain.rollup.interface.encodeFunctionData("submitBatch", [batch]);
    const send = (changed: string) => chain.operator.sendTransaction({ to: chain.rollup, data: changed });
    for (const length of [4, 36, 100, data.length / 2 - 33]) {
      await expect(send(data.slice(0, 2 + 2 * length))).to.be.reverted;
    }
    // The fold's chain: the fourth word from the end (chain, count, offset of later, length of later).
    const at = data.length - 4 * 64;
    expect(BigInt(`0x${data.slice(at, at + 64)}`)).to.equal(PRIMARY);
    await expect(send(`${data.slice(0, at)}01${data.slice(at + 2)}`)).to.be.reverted;
    await expect(send(`${data}00ff`)).to.emit(chain.rollup, "BatchAccepted");
  });

  it("P5: any gas limit gives the whole batch or nothing", async () => {
    const chain = await loadFixture(fixture);
    const batch = await makeBatch(chain);
    const enough = await chain.rollup.connect(chain.operator).submitBatch.estimateGas(batch);
    for (let gasLimit = 60_000n; gasLimit < enough; gasLimit += 7_919n) {
      await expect(chain.rollup.connect(chain.operator).submitBatch(batch, { gasLimit }), `${gasLimit}`).to.be.reverted;
      expect(await chain.rollup.number()).to.equal(0);
    }
    await expect(submit(chain, batch)).to.emit(chain.rollup, "BatchAccepted");
  });
});

const BASE_ORDER = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

type SixInputs = [bigint, bigint, bigint, bigint, bigint, bigint];

async function publicInputs(chain: Chain, batch: TestBatch): Promise<SixInputs> {
  const x = await challengeFor(chain, batch);
  return [batch.digest, x, wordsEval(batch.words, x), batch.oldEval, batch.quotientEval, batch.newEval];
}
